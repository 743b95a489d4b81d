import { fail, ShiliuError } from '../../core/errors.ts'
import type { Handler, TaskDefinitionSchema } from '../../core/contract.ts'
import type { CheckResult, CheckSpec } from '../../core/job.ts'
import type { Task, TaskClass } from '../../core/task.ts'
import type * as v from 'valibot'
import type { ReadableDb } from '../store/database.ts'
import { classIdByName, currentTask, freshClassId, requireTask, saveTask } from '../store/tasks.ts'
import { allRuns } from '../store/runs.ts'
import { modelFolder } from '../training/model-folders.ts'
import { runWorkerJob } from '../training/worker-job.ts'
import type { Session } from './session.ts'

type Definition = v.InferOutput<typeof TaskDefinitionSchema>

export function taskService(session: Session) {
  const set: Handler<'task.set'> = (definition) => {
    return saveTask(session.writable, taskOf(session.db, definition), definition.guideline)
  }
  const check: Handler<'task.check'> = async ({ definition, base }) => {
    const task = definition ? taskOf(session.db, definition) : requireTask(session.db).task
    return checkTask(session, { kind: 'check', task, model: await baseFolder(session, base) })
  }
  return { 'task.get': () => currentTask(session.db), 'task.set': set, 'task.check': check }
}

/** It is short, so that it waits for no turn. There is no job to take up again when it dies. */
export async function checkTask({ host }: Session, spec: CheckSpec): Promise<CheckResult> {
  const { signal } = new AbortController()
  try {
    const result = await runWorkerJob(host, { id: 'check', spec, signal })
    if (result.kind !== 'check') throw new Error(`expected a check, got ${result.kind}`)
    return result
  } catch (error) {
    if (!(error instanceof ShiliuError && error.code === 'job.workerDied')) throw error
    return fail('task.checkDied', { signal: (error.details as { signal: string }).signal })
  }
}

/** The folder of the base model that training would use. */
export async function baseFolder(session: Session, named?: string): Promise<string> {
  const last = named === undefined && session.openProject ? allRuns(session.db).at(-1) : undefined
  if (last && session.openProject?.writable) return modelFolder(session.project, last.base)
  return session.baseFolder(named)
}

/**
 * The task that a definition means. A class keeps its id when it keeps its name (or is named by its
 * id), so that labels stay with it. Errors: `task.sameClass`, `task.unknownClass`.
 */
export function taskOf(db: ReadableDb, definition: Definition): Task {
  const classes = classesOf(db, definition.classes)
  const byName = new Map(classes.flatMap((c) => [[c.id, c.id] as const, [c.name, c.id] as const]))
  const groups = definition.groups.map(({ name, words }) => ({
    name,
    words: Object.fromEntries(
      Object.entries(words).map(([key, word]) => {
        const known = classes.map((c) => c.name)
        return [byName.get(key) ?? fail('task.unknownClass', { name: key, known }), word.trim()]
      }),
    ),
  }))
  return { kind: definition.kind, classes, patterns: definition.patterns, groups }
}

function classesOf(db: ReadableDb, given: Definition['classes']): TaskClass[] {
  const taken = new Set<string>()
  return given.map(({ name, id: wanted }, i) => {
    if (given.findIndex((other) => other.name === name) !== i) fail('task.sameClass', { name })
    const id = wanted ?? classIdByName(db, name) ?? freshClassId(db, taken)
    if (taken.has(id)) fail('task.sameClass', { name })
    taken.add(id)
    return { id, name }
  })
}
