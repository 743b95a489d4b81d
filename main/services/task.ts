import { fail } from '../../core/errors.ts'
import type { Handler, TaskDefinitionSchema } from '../../core/contract.ts'
import type { Task, TaskClass } from '../../core/task.ts'
import type * as v from 'valibot'
import type { ReadableDb } from '../store/database.ts'
import { classIdByName, currentTask, freshClassId, requireTask, saveTask } from '../store/tasks.ts'
import { baseModel } from './model-source.ts'
import type { Session } from './session.ts'

type Definition = v.InferOutput<typeof TaskDefinitionSchema>

export function taskService(session: Session) {
  const set: Handler<'task.set'> = (definition) => {
    return saveTask(session.writable, taskOf(session.db, definition), definition.guideline)
  }
  const check: Handler<'task.check'> = async ({ definition, base }) => {
    const task = definition ? taskOf(session.db, definition) : requireTask(session.db).task
    const { folder } = await baseModel(session, base)
    return session.assist.ask({ kind: 'check', task, model: folder })
  }
  return { 'task.get': () => currentTask(session.db), 'task.set': set, 'task.check': check }
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
  const wantedIds = new Set(given.flatMap(({ id }) => id ?? []))
  const idByName = (name: string) => {
    const id = classIdByName(db, name)
    // A class that is being renamed in this very call takes its labels along.
    return id === null || wantedIds.has(id) ? null : id
  }
  return given.map(({ name, id: wanted }, i) => {
    if (given.findIndex((other) => other.name === name) !== i) fail('task.sameClass', { name })
    const id = wanted ?? idByName(name) ?? freshClassId(db, taken)
    if (taken.has(id)) fail('task.sameClass', { name })
    taken.add(id)
    return { id, name }
  })
}
