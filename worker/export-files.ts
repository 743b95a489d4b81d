import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { ExportSpec } from '../core/job.ts'
import { classifierConfig, patternFile } from '../learn/export/files.ts'
import { exportedGraph } from '../learn/export/graph.ts'
import { tokenizerConfig, tokenizerJson } from '../learn/text/tokenizer-json.ts'
import { modelPath } from './exported-model.ts'
import { int8Onnx } from './int8-job.ts'
import { writeModel, type Model } from './model-folder.ts'
import { toStandardOnnx } from './ort.ts'

/**
 * Writes what the compute process knows of an export (product.md, "Export contract"): the classifier
 * in the root, the trainable weights in `mlm/`. Returns the paths below the folder, sorted.
 */
export async function writeExportFiles(
  folder: string,
  model: Model,
  { task, temperature, maxTokens, int8 }: ExportSpec,
  modelMaxLength: number,
): Promise<string[]> {
  const { config, tokenizer } = model
  const { vocab, normalization } = tokenizer
  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  const json = (name: string, value: unknown) => write(name, `${JSON.stringify(value, null, 2)}\n`)
  const input = { ...model, task, temperature, maxTokens }
  await write(modelPath.float32, toStandardOnnx(exportedGraph(input)))
  if (int8) await write(modelPath.int8, int8Onnx(input, int8.shift))
  await json('tokenizer.json', tokenizerJson(vocab, normalization))
  await json('tokenizer_config.json', tokenizerConfig(modelMaxLength, normalization))
  await write('vocab.txt', `${vocab.join('\n')}\n`)
  await json('config.json', classifierConfig(config, tokenizer.specials.pad, task))
  await json('pattern.json', patternFile(task, temperature, maxTokens))
  const shown = join(snippets, task.kind)
  for (const name of await readdir(shown)) {
    await write(`snippets/${name}`, await readFile(join(shown, name)))
  }
  await writeModel(join(folder, 'mlm'), model)
  return listFiles(folder)
}

/**
 * Programs that show the way from text to class without this one, by kind of task. They are read one by
 * one: in a packaged program they lie in an archive, which has files but no folders to copy.
 */
const snippets = join(import.meta.dirname, 'snippets')

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}
