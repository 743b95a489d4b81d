import type { Mark } from '../../../core/project.ts'
import type { StoredText } from '../../../core/records.ts'
import { settings } from '../../state/settings.svelte.ts'
import type { ClassCounts } from './counts.ts'
import type { Scope } from './kept.ts'
import { nameOf } from './names.ts'
import type { Step } from './steps.ts'
import { words } from './words.ts'

/** What is said to those who do not see the screen: what was done, and the text that is in front now. */
export class Announcer {
  text = $state('')

  decided(mark: Mark, counts: ClassCounts, scope: Scope, next: StoredText | undefined): void {
    const of = counts.get(mark.state === 'class' ? mark.class : null)
    const n = of?.[scope === 'train' ? 'train' : 'heldOut'] ?? 0
    this.#say(words().said.decided(nameOf(mark), n), next)
  }

  skipped(next: StoredText | undefined): void {
    this.#say(words().said.skipped, next)
  }

  undone(deed: Step['deed'], text: StoredText): void {
    this.#say(words().said.undone(nameOf(deed)), text)
  }

  redone(mark: Mark, next: StoredText | undefined): void {
    this.#say(words().said.redone(nameOf(mark)), next)
  }

  #say(what: string, next: StoredText | undefined): void {
    this.text =
      next === undefined || settings.now.saysLess
        ? what
        : `${what}${words().said.next(content(next))}`
  }
}

function content({ a, b }: StoredText): string {
  return b === null ? a : `${a} / ${b}`
}
