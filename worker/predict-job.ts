import { performance } from 'node:perf_hooks'
import { fail } from '../core/errors.ts'
import type { Prediction, PredictResult, PredictSpec } from '../core/job.ts'
import { argmax, softmax } from '../core/probability.ts'
import type { TextItem } from '../core/task.ts'
import { batchesOfLikeLength } from './classifier-session.ts'
import { openExported, type ExportedModel } from './exported-model.ts'
import type { JobContext } from './job-context.ts'
import { batches } from './receive.ts'

/** Classifies texts with an exported folder alone. Answers come in the order of the texts. */
export async function runPredict(spec: PredictSpec, context: JobContext): Promise<PredictResult> {
  const started = performance.now()
  const model = await openExported(spec.folder, spec.threads, spec.model)
  try {
    let predicted = 0
    for await (const texts of batches(spec.texts, context)) {
      context.predictions(await predict(model, texts))
      predicted += texts.length
      context.report({ phase: 'predict', done: predicted, total: spec.texts, figures: {} })
    }
    return { kind: 'predict', predicted, milliseconds: performance.now() - started }
  } finally {
    await model.dispose()
  }
}

async function predict(model: ExportedModel, texts: readonly TextItem[]): Promise<Prediction[]> {
  texts.forEach((text) => requireKind(model, text))
  const rows = texts.map((text) => model.encode(text))
  const predictions = new Array<Prediction>(texts.length)
  for (const chosen of batchesOfLikeLength(rows)) {
    const answers = await model.run(chosen.map((i) => rows[i]!))
    chosen.forEach((i, k) => (predictions[i] = prediction(model, texts[i]!.id, answers[k]!)))
  }
  return predictions
}

function prediction({ labels }: ExportedModel, id: number, logits: readonly number[]): Prediction {
  const best = argmax(logits)
  return { id, label: labels[best]!, score: softmax(logits)[best]!, logits }
}

function requireKind({ kind }: ExportedModel, { id, b }: TextItem): void {
  if (kind === 'pair' && b === undefined) fail('export.needsPair', { text: id })
  if (kind === 'single' && b !== undefined) fail('export.needsSingle', { text: id })
}
