import { fail } from '../../core/errors.ts'
import type { Answer } from '../../core/project.ts'
import type { TaskVersion } from '../../core/records.ts'
import type { TaskClass } from '../../core/task.ts'
import type { App } from '../app.ts'

/** The classes as a person names them. */
export interface ClassNames {
  readonly classes: readonly TaskClass[]
  /**
   * The class of a name or an id, as options and files give it; `none` or `-` where no class fits. A
   * number is a name like any other: classes are often called 0 and 1.
   */
  answer(name: string): Answer
  /**
   * The class of a key typed at the prompt, where every number is a position in the legend. Anything
   * else is a name. Error: `task.unknownNumber`.
   */
  typed(key: string): Answer
  id(name: string): string
  name(id: string | null): string
}

/** What is shown, and may be typed, for "none of these". */
export const noneOfThese = '-'

export async function classNames(app: App): Promise<ClassNames> {
  const version = await app.call('task.get', {})
  return namesOf(version ?? fail('task.none', {}))
}

export function namesOf({ task: { classes } }: TaskVersion): ClassNames {
  const known = classes.map((c) => c.name)
  const find = (name: string) =>
    classes.find((c) => c.name === name) ?? classes.find((c) => c.id === name)
  const id = (name: string) => find(name.trim())?.id ?? fail('task.unknownClass', { name, known })
  const answer = (name: string): Answer => {
    const text = name.trim()
    const isNone = (text === noneOfThese || text.toLowerCase() === 'none') && !find(text)
    return isNone ? { state: 'none' } : { state: 'class', class: id(text) }
  }
  return {
    classes,
    answer,
    typed(key) {
      if (!/^\d+$/.test(key)) return answer(key)
      const chosen = classes[Number(key) - 1] ?? fail('task.unknownNumber', { number: key, known })
      return { state: 'class', class: chosen.id }
    },
    id,
    name: (wanted) => {
      if (wanted === null) return noneOfThese
      return classes.find((c) => c.id === wanted)?.name ?? wanted
    },
  }
}
