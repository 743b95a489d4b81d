import type { TaskDefinition } from '../../../core/contract.ts'
import type { ErrorRecord } from '../../../core/errors.ts'
import type { PatternAnswer } from '../../../core/job.ts'
import { Stream } from '../../../core/random.ts'
import type { AssistScores, StoredText } from '../../../core/records.ts'
import { api } from '../../api.ts'
import { Latest } from '../../state/latest.ts'
import { attempt } from '../../state/messages.svelte.ts'
import { project } from '../../state/project.svelte.ts'
import { recordOf } from './editor.svelte.ts'

interface Asked {
  readonly definition: TaskDefinition
  readonly text: { readonly a: string; readonly b?: string }
}

/** The text on which patterns and words are tried: one of the project's own, none of the held-out. */
class Example {
  text = $state.raw<StoredText | null>(null)
  view = $state.raw<PatternAnswer | null>(null)
  scores = $state.raw<{
    readonly definition: TaskDefinition
    readonly answer: AssistScores
  } | null>(null)
  /** Why there are no scores. */
  refusal = $state.raw<ErrorRecord | null>(null)
  #path: string | null = null
  #drawn = 0

  readonly #view = new Latest<Asked & { pattern: number }, PatternAnswer>(
    (asked) => api.call('assist.pattern', asked),
    (_, view) => (this.view = view),
    () => (this.view = null),
  )
  readonly #score = new Latest<Asked, AssistScores>(
    ({ definition, text }) =>
      api.call('assist.score', { definition, model: 'base', texts: [text] }),
    ({ definition }, answer) => {
      this.scores = { definition, answer }
      this.refusal = null
    },
    (_, error) => {
      this.scores = null
      this.refusal = recordOf(error)
    },
  )

  /** Another text at random; the same project shows them in the same order. */
  async next(): Promise<void> {
    const { info } = project
    if (info === null || info.texts === 0) return
    const stream = new Stream(info.seed, 'examples', this.#drawn++)
    const page = { scope: 'pool', limit: 1 } as const
    const found = await attempt(async () => {
      const after = stream.below(info.texts)
      const [one] = await api.call('data.texts', { ...page, after })
      return one ?? (await api.call('data.texts', page))[0]
    })
    this.text = found ?? null
  }

  /** Keeps to a text of the project that is open, as long as it has any. */
  async follow(path: string, texts: number): Promise<void> {
    if (path === this.#path && (this.text !== null || texts === 0)) return
    if (path !== this.#path) {
      this.text = null
      this.view = null
      this.scores = null
      this.#drawn = 0
    }
    this.#path = path
    await this.next()
  }

  /** Shows the text in a pattern; `pattern` is its place in the definition, -1 for an empty one. */
  show(definition: TaskDefinition, pattern: number): void {
    if (this.text === null || pattern < 0) this.view = null
    else this.#view.put({ definition, text: sides(this.text), pattern })
  }

  /** Asks the base model, where there is anything to choose between. */
  ask(definition: TaskDefinition): void {
    const { classes, groups, patterns } = definition
    const hasWords = groups.some(({ words }) => Object.keys(words).length > 0)
    if (this.text === null || classes.length < 2 || patterns.length === 0 || !hasWords) {
      this.scores = null
      this.refusal = null
    } else this.#score.put({ definition, text: sides(this.text) })
  }
}

export const example = new Example()

function sides({ a, b }: StoredText): { a: string; b?: string } {
  return b === null ? { a } : { a, b }
}
