import type { Handler } from '../../core/contract.ts'
import type { Session } from './session.ts'

/** Work on models that belongs to no project: predicting, measuring, making base models. */
export function modelsService(session: Session) {
  const { scratchWork } = session
  const predict: Handler<'predict.start'> = ({ folder, source, threads }) => {
    const input = {
      folder: session.place(folder),
      source: settled(session, source),
      threads: session.threads(threads),
    }
    return { job: session.begin(scratchWork, 'predict', input) }
  }
  const evaluate: Handler<'evaluate.start'> = (input) => {
    const full = {
      ...input,
      fewclue: session.place(input.fewclue),
      base: session.baseFolder(input.base),
      workFolder: session.place(input.workFolder),
      threads: session.threads(input.threads),
    }
    return { job: session.begin(scratchWork, 'evaluate', full) }
  }
  const pretrain: Handler<'pretrain.start'> = (input) => {
    const full = {
      ...input,
      corpus: input.corpus.map(({ path, weight }) => ({ path: session.place(path), weight })),
      start: 'base' in input.start ? { base: session.place(input.start.base) } : input.start,
      workFolder: session.place(input.workFolder),
      out: session.place(input.out),
      threads: session.threads(input.threads),
    }
    return { job: session.begin(scratchWork, 'pretrain', full) }
  }
  const add: Handler<'models.add'> = ({ folder: named, name }) => {
    const folder = session.place(named)
    return session.bases.add(folder, name, (out) =>
      session.assist.ask({ kind: 'adopt', folder, out }),
    )
  }
  const remove: Handler<'models.remove'> = async ({ name }) => {
    await session.bases.remove(name)
    return session.bases.list()
  }
  return {
    'predict.start': predict,
    'evaluate.start': evaluate,
    'pretrain.start': pretrain,
    'models.list': () => session.bases.list(),
    'models.add': add,
    'models.remove': remove,
  }
}

type Source = Parameters<Handler<'predict.start'>>[0]['source']

function settled(session: Session, source: Source): Source {
  if (source.kind === 'texts') return source
  return { ...source, path: session.place(source.path), out: session.place(source.out) }
}
