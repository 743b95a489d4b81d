import type { Handler } from '../../core/contract.ts'
import type { AssistModel } from '../../core/records.ts'
import type { Task } from '../../core/task.ts'
import { requireTask, taskVersion } from '../store/tasks.ts'
import { baseModel, roundModel } from './model-source.ts'
import type { Session } from './session.ts'
import { taskOf } from './task.ts'

/** Questions about single texts, answered at any time by the assist process. */
export function assistService(session: Session) {
  const pattern: Handler<'assist.pattern'> = async ({ definition, base, pattern: index, text }) => {
    const task = definition ? taskOf(session.db, definition) : requireTask(session.db).task
    const { folder } = await baseModel(session, base)
    return session.assist.ask({ kind: 'pattern', task, model: folder, pattern: index, text })
  }
  const score: Handler<'assist.score'> = async ({ definition, model: which, texts }) => {
    const given = definition && taskOf(session.db, definition)
    const asked = which === 'base' ? await ofBase(session, given) : await ofRound(session, given)
    const { task, model, source, maxTokens } = asked
    const answer = await session.assist.ask({ kind: 'score', task, model, texts, maxTokens })
    return {
      model: { ...source, ...answer.size },
      classes: task.classes.map(({ id }) => id),
      groups: task.groups.map(({ name }) => name),
      texts: answer.texts,
    }
  }
  return { 'assist.pattern': pattern, 'assist.score': score }
}

interface AskedModel {
  readonly task: Task
  readonly model: string
  readonly maxTokens: number | undefined
  readonly source: Pick<AssistModel, 'source' | 'round'>
}

async function ofBase(session: Session, given: Task | undefined): Promise<AskedModel> {
  const task = given ?? requireTask(session.db).task
  const { folder, kind } = await baseModel(session, undefined)
  const source = { source: kind === 'named' ? 'default' : kind, round: null } as const
  return { task, model: folder, maxTokens: undefined, source }
}

/** A round speaks by the task that it was trained with, unless another is given. */
async function ofRound(session: Session, given: Task | undefined): Promise<AskedModel> {
  const { folder, round, taskVersion: version, maxTokens } = await roundModel(session)
  const task = given ?? taskVersion(session.db, version).task
  return { task, model: folder, maxTokens, source: { source: 'round', round: round.number } }
}
