import { createInterface } from 'node:readline'
import { catalogue, toRecord } from '../../core/errors.ts'
import type { Action } from '../../core/records.ts'
import type { App } from '../app.ts'
import { noneOfThese, type ClassNames } from './classes.ts'
import { note, type Shell } from './shell.ts'
import type { Words } from './words.ts'

/** What is asked one by one, and what becomes of a line that is typed. */
export interface Questions<Q> {
  readonly legend: string
  /** The next question, or undefined when there is none. */
  next(): Promise<Q | undefined>
  show(question: Q): string
  skip(question: Q): void
  answer(question: Q, line: string): Promise<void>
}

/**
 * Asks until there are no more questions, the input ends or `q` is typed. A line that cannot be taken
 * gets a sentence, and the same question comes again; any other fault ends the asking.
 * Returns how many answers were given.
 */
export async function askOneByOne<Q>(
  shell: Shell,
  app: App,
  { legend, next, show, skip, answer }: Questions<Q>,
): Promise<number> {
  const asking = startAsking()
  let answered = 0
  try {
    note(legend)
    for (let question = await next(); question !== undefined;) {
      note(`\n${show(question)}`)
      const line = await asking.ask('> ')
      if (line === null || line === 'q') break
      try {
        if (line === '') skip(question)
        else if (line === 'u') await undo(shell, app)
        else {
          await answer(question, line)
          answered++
        }
      } catch (error) {
        sayOrThrow(shell, error)
        continue
      }
      question = await next()
    }
  } finally {
    asking.close()
  }
  return answered
}

/** The keys of every such dialogue; `others` are its own. */
export function legendOf(
  { classes }: ClassNames,
  { legend }: Words,
  others: readonly string[] = [],
): string {
  const keys = classes.map((c, i) => `${i + 1} ${c.name}`)
  const common = [`${noneOfThese} ${legend.none}`, ...legend.rest]
  return [...others, ...keys, ...common].join('   ')
}

async function undo({ words }: Shell, app: App): Promise<void> {
  const [entry] = await app.call('label.undo', {})
  note(entry ? words.undone(actionOf(entry.action, words)) : words.nothingToUndo)
}

/** An action by its name. */
export function actionOf(action: Action, { actions }: Words): string {
  return actions?.[action] ?? action
}

/** What the person typed is theirs to correct; a full disk or a bug of ours is not. */
function sayOrThrow(shell: Shell, error: unknown): void {
  const record = toRecord(error)
  const entry = Object.hasOwn(catalogue, record.code)
    ? catalogue[record.code as keyof typeof catalogue]
    : null
  if (entry?.kind !== 'input') throw error
  note(shell.sentence(record))
}

/** Reads one line after the other, from a terminal or from a pipe; null when there is no more. */
function startAsking() {
  const reader = createInterface({ input: process.stdin })
  const lines = reader[Symbol.asyncIterator]()
  return {
    async ask(prompt: string): Promise<string | null> {
      process.stderr.write(prompt)
      const { value, done } = await lines.next()
      return done ? null : value.trim()
    },
    close: () => reader.close(),
  }
}
