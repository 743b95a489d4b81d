import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { fail, ShiliuError } from '../core/errors.ts'
import type { ExportResult, ExportSpec, ModelFile, OfModels, ParityLine } from '../core/job.ts'
import { modelMaxLength } from '../learn/export/graph.ts'
import { createScorer } from '../learn/fuzzy-pet/score.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import { openClassifier } from './classifier-session.ts'
import { writeExportFiles } from './export-files.ts'
import { diskRefusal } from './disk-error.ts'
import { int8Onnx, ownTokenizer } from './int8-job.ts'
import type { JobContext } from './job-context.ts'
import { readModel, type Model } from './model-folder.ts'
import { ortExecutor } from './ort.ts'
import { checkRuntime, runtimes } from './parity/check.ts'
import { parityTexts, textsOfOneRow, type ParityText } from './parity/texts.ts'
import { receiveAll } from './receive.ts'

const now = () => performance.now()

/**
 * Exports a trained model into an empty folder and compares it with itself, on the texts that main
 * sends and on hard ones, in every runtime at hand. What fails leaves no folder. Main adds the model
 * card and the checksums and gives the folder its name. Errors: `export.*`, and those of the task and
 * the model.
 */
export async function runExport(spec: ExportSpec, context: JobContext): Promise<ExportResult> {
  const { folder } = spec
  await requireFree(folder)
  const model = await readModel(spec.model)
  const maxTokens = Math.min(spec.maxTokens, model.config.maxPositions)
  requireSound(checkTask(spec.task, model.tokenizer, maxTokens))
  const texts = parityTexts(spec.task.kind, maxTokens, await receiveAll(spec.texts, context))
  const maxLength = modelMaxLength(spec.task, model.tokenizer, maxTokens)
  const made = { ...spec, maxTokens }
  try {
    await mkdir(folder, { recursive: true })
    progress(context, spec, 'write', 0)
    const files = await writeExportFiles(folder, model, made, maxLength)
    const parity = await compare({ model, spec: made, context, maxLength, texts })
    return { kind: 'export', files, ...parity, modelMaxLength: maxLength }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw named(error, folder)
  }
}

interface Comparison {
  readonly model: Model
  readonly spec: ExportSpec
  readonly context: JobContext
  readonly maxLength: number
  readonly texts: readonly ParityText[]
}

type Parity = Pick<ExportResult, 'parity' | 'int8Parity'>

async function compare(comparison: Comparison): Promise<Parity> {
  const { spec, context, texts } = comparison
  progress(context, spec, 'reference', 1)
  const parity = await askAll(comparison, 'float32', texts, await referenceLogits(comparison))
  const int8Parity = spec.int8 ? await compareInt8(comparison, spec.int8.shift) : []
  progress(context, spec, 'done', stages(spec))
  return { parity, int8Parity }
}

/** The int8 model in every runtime, beside what the model says that was measured. */
async function compareInt8(
  comparison: Comparison,
  shift: readonly number[],
): Promise<ParityLine[]> {
  const { model, spec, maxLength } = comparison
  const input = { ...model, ...spec }
  const tokenizer = ownTokenizer(input)
  const texts = textsOfOneRow(comparison.texts, tokenizer, maxLength)
  const session = await openClassifier(int8Onnx(input, shift), tokenizer.pad, spec.threads)
  const reference: number[][] = []
  try {
    for (const { a, b } of texts) reference.push(...(await session.run([tokenizer.encode(a, b)])))
  } finally {
    await session.dispose()
  }
  return askAll(comparison, 'int8', texts, reference)
}

/** Every runtime on one of the models. */
async function askAll(
  { spec, context, maxLength }: Comparison,
  model: ModelFile,
  texts: readonly ParityText[],
  reference: readonly (readonly number[])[],
): Promise<ParityLine[]> {
  const question = {
    folder: spec.folder,
    model,
    batch: parityBatch[model],
    isPair: spec.task.kind === 'pair',
    threads: spec.threads,
    texts,
    modelMaxLength: maxLength,
    signal: context.signal,
  }
  const done = model === 'float32' ? 2 : 2 + runtimes.length
  const lines: ParityLine[] = []
  for (const [i, runtime] of runtimes.entries()) {
    progress(context, spec, runtime.name, done + i)
    lines.push(await checkRuntime(runtime, question, reference))
  }
  return lines
}

const parityBatch: OfModels<number> = { float32: 16, int8: 1 }

/** The trained model's logits by plain insertion of the patterns, `[text][class]`. */
async function referenceLogits({ model, spec, texts }: Comparison): Promise<number[][]> {
  const executor = ortExecutor({ threads: spec.threads })
  const { task, maxTokens, temperature } = spec
  const scorer = createScorer({ ...model, executor, task, maxTokens, temperature, now })
  try {
    const scored = await scorer.score(texts.map((text, id) => ({ id, ...text })))
    return scored.map(({ logits }) => [...logits])
  } finally {
    await executor.dispose()
  }
}

/** Writing, the reference, and each runtime on each model. */
function stages({ int8 }: ExportSpec): number {
  return 2 + runtimes.length * (int8 ? 2 : 1)
}

function progress(context: JobContext, spec: ExportSpec, phase: string, done: number): void {
  if (context.signal.aborted) fail('job.cancelled', { job: context.jobId })
  context.report({ phase, done, total: stages(spec), figures: {} })
}

/** An empty folder may be taken; anything else stays as it is. */
async function requireFree(folder: string): Promise<void> {
  try {
    const isEmpty = (await stat(folder)).isDirectory() && (await readdir(folder)).length === 0
    if (!isEmpty) fail('export.folderExists', { folder })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw named(error, folder)
  }
}

function named(error: unknown, folder: string): unknown {
  const reason = diskRefusal(error)
  return reason === undefined ? error : new ShiliuError('export.cannotWrite', { folder, reason })
}
