import { fail } from '../../core/errors.ts'
import type { Answer } from '../../core/project.ts'
import type { TaskVersion } from '../../core/records.ts'
import type { TaskClass } from '../../core/task.ts'
import type { App } from '../app.ts'

/** The classes as a person names them. */
export interface ClassNames {
  readonly classes: readonly TaskClass[]
  /** The class of a name, an id or a number from 1; `none` or `-` where no class fits. */
  answer(name: string): Answer
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
  const find = (name: string) =>
    classes.find((c) => c.name === name) ??
    classes.find((c) => c.id === name) ??
    classes[Number(name) - 1]
  const id = (name: string) => {
    const known = classes.map((c) => c.name)
    return find(name.trim())?.id ?? fail('task.unknownClass', { name, known })
  }
  return {
    classes,
    id,
    answer(name) {
      const text = name.trim()
      const isNone = (text === noneOfThese || text.toLowerCase() === 'none') && !find(text)
      return isNone ? { state: 'none' } : { state: 'class', class: id(text) }
    },
    name: (wanted) => {
      if (wanted === null) return noneOfThese
      return classes.find((c) => c.id === wanted)?.name ?? wanted
    },
  }
}
