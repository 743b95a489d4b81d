import { performance } from 'node:perf_hooks'
import { fail } from '../core/errors.ts'
import type { Int8Result, Int8Spec, OfModels } from '../core/job.ts'
import { argmax } from '../core/probability.ts'
import { exportedTokenizer, type ExportedTokenizer } from '../learn/export/exported-tokenizer.ts'
import { exportedGraph, modelMaxLength, type ExportInput } from '../learn/export/graph.ts'
import { tokenizerConfig, tokenizerJson } from '../learn/text/tokenizer-json.ts'
import { checkTask, requireSound } from '../learn/prompt/check.ts'
import {
  batchesOfLikeLength,
  openClassifier,
  type ClassifierSession,
} from './classifier-session.ts'
import type { JobContext } from './job-context.ts'
import { readModel } from './model-folder.ts'
import { toStandardOnnx, type Int8 } from './ort.ts'
import { receiveAll } from './receive.ts'

/**
 * Answers texts with the two models of an export, batch by batch in turns, as files would: what differs
 * between them is all that int8 costs. `int8` is for tests. Errors: those of the task and the model.
 */
export async function runInt8(
  spec: Int8Spec,
  context: JobContext,
  int8: Int8 = {},
): Promise<Int8Result> {
  const model = await readModel(spec.model)
  const maxTokens = Math.min(spec.maxTokens, model.config.maxPositions)
  requireSound(checkTask(spec.task, model.tokenizer, maxTokens))
  const texts = await receiveAll(spec.texts, context)
  const input = { ...model, task: spec.task, temperature: spec.temperature, maxTokens }
  const tokenizer = ownTokenizer(input)
  const rows = texts.map(({ a, b }) => tokenizer.encode(a, b))
  const asking = { input, int8, pad: tokenizer.pad, threads: spec.threads, context }
  const first = rows.slice(0, spec.calibration)
  const shift =
    first.length === 0 ? [] : meanShift((await askBoth(asking, [], first, 'calibrate')).logits)
  const rest = rows.slice(spec.calibration)
  const { bytes, logits, milliseconds } = await askBoth(asking, shift, rest, 'compare')
  const answers = rest.map((_, i) => ({
    id: texts[spec.calibration + i]!.id,
    float32: argmax(logits.float32[i]!),
    int8: argmax(logits.int8[i]!),
  }))
  return { kind: 'int8', bytes, milliseconds, shift, answers }
}

/** The tokenizer that the exported folder will have. */
export function ownTokenizer({ task, tokenizer, maxTokens }: ExportInput): ExportedTokenizer {
  const { vocab, normalization } = tokenizer
  const length = modelMaxLength(task, tokenizer, maxTokens)
  const config = tokenizerConfig(length, normalization)
  return exportedTokenizer(tokenizerJson(vocab, normalization), config, length)
}

/** The int8 model of an export; `shift` is taken off its logits. */
export function int8Onnx(
  input: ExportInput,
  shift: readonly number[],
  int8: Int8 = {},
): Uint8Array {
  return toStandardOnnx(exportedGraph({ ...input, shift }), { int8 })
}

type Rows = readonly (readonly number[])[]

interface Asking {
  readonly input: ExportInput
  readonly int8: Int8
  readonly pad: number
  readonly threads: number
  readonly context: JobContext
}

interface BothAnswers {
  readonly bytes: OfModels<number>
  readonly milliseconds: OfModels<number>
  /** `[row][class]` */
  readonly logits: OfModels<number[][]>
}

async function askBoth(
  { input, int8, pad, threads, context }: Asking,
  shift: readonly number[],
  rows: Rows,
  phase: string,
): Promise<BothAnswers> {
  const files = {
    float32: toStandardOnnx(exportedGraph(input)),
    int8: int8Onnx(input, shift, int8),
  }
  const sessions = {
    float32: await openClassifier(files.float32, pad, threads),
    int8: await openClassifier(files.int8, pad, threads),
  }
  const stopwatch = { float32: 0, int8: 0 }
  const logits = { float32: [] as number[][], int8: [] as number[][] }
  try {
    let done = 0
    const batches = batchesOfLikeLength(rows)
    // The first run of a session takes longer than all others.
    const shortest = batches.slice(0, 1).map((places) => places.map((i) => rows[i]!))
    for (const first of shortest) for (const name of models) await sessions[name].run(first)
    for (const [turn, places] of batches.entries()) {
      if (context.signal.aborted) fail('job.cancelled', { job: context.jobId })
      const chosen = places.map((i) => rows[i]!)
      // Which comes first changes: a machine that is getting busier favours neither.
      for (const name of turn % 2 === 0 ? models : models.toReversed()) {
        const { answers, milliseconds } = await timed(sessions[name], chosen)
        stopwatch[name] += milliseconds
        places.forEach((i, k) => (logits[name][i] = answers[k]!))
      }
      done += places.length
      context.report({ phase, done, total: rows.length, figures: {} })
    }
    const count = Math.max(1, rows.length)
    const bytes = { float32: files.float32.length, int8: files.int8.length }
    const milliseconds = {
      float32: stopwatch.float32 / count,
      int8: stopwatch.int8 / count,
    }
    return { bytes, milliseconds, logits }
  } finally {
    for (const name of models) await sessions[name].dispose()
  }
}

const models = ['float32', 'int8'] as const

async function timed(session: ClassifierSession, rows: Rows) {
  const started = performance.now()
  const answers = await session.run(rows)
  return { answers, milliseconds: performance.now() - started }
}

/** `[C]`: how much higher int8's logits are on average, less what all classes have in common. */
function meanShift({ float32, int8 }: OfModels<number[][]>): number[] {
  const means = float32[0]!.map(
    (_, c) => int8.reduce((sum, row, i) => sum + row[c]! - float32[i]![c]!, 0) / int8.length,
  )
  const common = means.reduce((sum, mean) => sum + mean, 0) / means.length
  return means.map((mean) => mean - common)
}
