import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { fail, ShiliuError } from '../core/errors.ts'
import type { ExportResult, ExportSpec, ParityLine } from '../core/job.ts'
import { modelMaxLength } from '../learn/export/graph.ts'
import { createScorer } from '../learn/fuzzy-pet/score.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import { writeExportFiles } from './export-files.ts'
import { diskRefusal } from './disk-error.ts'
import type { JobContext } from './job-context.ts'
import { readModel, type Model } from './model-folder.ts'
import { ortExecutor } from './ort.ts'
import { checkRuntime, runtimes } from './parity/check.ts'
import { parityTexts, type ParityText } from './parity/texts.ts'
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
    progress(context, 'write', 0)
    const files = await writeExportFiles(folder, model, made, maxLength)
    const parity = await compare({ model, spec: made, context, maxLength, texts })
    return { kind: 'export', files, parity, modelMaxLength: maxLength }
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

async function compare(comparison: Comparison): Promise<ParityLine[]> {
  const { spec, context, maxLength, texts } = comparison
  progress(context, 'reference', 1)
  const reference = await referenceLogits(comparison)
  const question = {
    folder: spec.folder,
    isPair: spec.task.kind === 'pair',
    threads: spec.threads,
    texts,
    modelMaxLength: maxLength,
    signal: context.signal,
  }
  const lines: ParityLine[] = []
  for (const [i, runtime] of runtimes.entries()) {
    progress(context, runtime.name, 2 + i)
    lines.push(await checkRuntime(runtime, question, reference))
  }
  progress(context, 'done', stages)
  return lines
}

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

/** Writing, the reference, and each runtime. */
const stages = 2 + runtimes.length

function progress(context: JobContext, phase: string, done: number): void {
  if (context.signal.aborted) fail('job.cancelled', { job: context.jobId })
  context.report({ phase, done, total: stages, figures: {} })
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
