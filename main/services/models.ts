import { resolve } from 'node:path'
import type { Handler } from '../../core/contract.ts'
import type { Session } from './session.ts'

/** Work on models that belongs to no project: predicting, measuring, making base models. */
export function modelsService(session: Session) {
  const { scratchWork } = session
  const predict: Handler<'predict.start'> = ({ folder, source, threads }) => {
    const input = {
      folder: resolve(folder),
      source: settled(source),
      threads: session.threads(threads),
    }
    return { job: session.begin(scratchWork, 'predict', input) }
  }
  const evaluate: Handler<'evaluate.start'> = (input) => {
    const full = {
      ...input,
      fewclue: resolve(input.fewclue),
      base: resolve(input.base ?? session.defaultBase),
      workFolder: resolve(input.workFolder),
      threads: session.threads(input.threads),
    }
    return { job: session.begin(scratchWork, 'evaluate', full) }
  }
  const pretrain: Handler<'pretrain.start'> = (input) => {
    const full = {
      ...input,
      corpus: input.corpus.map(({ path, weight }) => ({ path: resolve(path), weight })),
      start: 'base' in input.start ? { base: resolve(input.start.base) } : input.start,
      workFolder: resolve(input.workFolder),
      out: resolve(input.out),
      threads: session.threads(input.threads),
    }
    return { job: session.begin(scratchWork, 'pretrain', full) }
  }
  return { 'predict.start': predict, 'evaluate.start': evaluate, 'pretrain.start': pretrain }
}

type Source = Parameters<Handler<'predict.start'>>[0]['source']

function settled(source: Source): Source {
  if (source.kind === 'texts') return source
  return { ...source, path: resolve(source.path), out: resolve(source.out) }
}
