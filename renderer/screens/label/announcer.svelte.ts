import type { Mark } from '../../../core/project.ts'
import type { StoredText } from '../../../core/records.ts'
import { settings } from '../../state/settings.svelte.ts'
import type { ClassCounts } from './counts.ts'
import type { Scope } from './kept.ts'
import { nameOf } from './names.ts'
import type { Step } from './steps.ts'
import { words } from './words.ts'

/**
 * What is said to those who do not see the screen: what was done, and the text that is in front then, as
 * soon as it is there.
 */
export class Announcer {
  readonly #front: () => StoredText | undefined
  #done = $state('')
  readonly text = $derived.by(() => {
    const front = this.#front()
    return this.#done === '' || front === undefined || settings.now.saysLess
      ? this.#done
      : `${this.#done}${words().said.next(content(front))}`
  })

  constructor(front: () => StoredText | undefined) {
    this.#front = front
  }

  decided(mark: Mark, counts: ClassCounts, scope: Scope): void {
    const of = counts.get(mark.state === 'class' ? mark.class : null)
    const n = of?.[scope === 'train' ? 'train' : 'heldOut'] ?? 0
    this.#done = words().said.decided(nameOf(mark), n)
  }

  skipped(): void {
    this.#done = words().said.skipped
  }

  undone(deed: Step['deed']): void {
    this.#done = words().said.undone(nameOf(deed))
  }

  redone(mark: Mark): void {
    this.#done = words().said.redone(nameOf(mark))
  }
}

function content({ a, b }: StoredText): string {
  return b === null ? a : `${a} / ${b}`
}
