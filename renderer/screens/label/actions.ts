import type { TaskClass } from '../../../core/task.ts'
import type { KeyAction } from '../../state/keys.svelte.ts'
import { place } from '../../state/place.svelte.ts'
import { classKeys } from '../../ui/class-mark.ts'
import { language } from '../../words/language.svelte.ts'
import type { Labelling } from './labelling.svelte.ts'
import { words } from './words.ts'

/** What lies over the screen. */
export type Panel = 'find' | 'guideline' | null

interface Screen {
  open(panel: Panel): void
  /** Null while no text is in front. */
  readonly toggleView: (() => void) | null
}

/** What each key does: the classes in the order of the task, then everything else. */
export function actionsOf(
  labelling: Labelling,
  classes: readonly TaskClass[],
  { open, toggleView }: Screen,
): KeyAction[] {
  const answers = classes.slice(0, classKeys.length).map(({ id, name }, i): KeyAction => {
    return {
      keys: [classKeys[i]!],
      name,
      run: () => labelling.decide({ state: 'class', class: id }),
    }
  })
  return [
    ...answers,
    { keys: [' '], name: words().skip, run: () => labelling.skip() },
    { keys: ['b'], name: words().none, run: () => labelling.decide({ state: 'none' }) },
    {
      keys: [';'],
      name: words().find,
      run: () => labelling.canDecide && open('find'),
    },
    { keys: ['g'], name: words().guideline, run: () => open('guideline') },
    ...(toggleView ? [{ keys: ['m'], name: words().showView, run: toggleView }] : []),
    { keys: ['u', 'Control+z'], name: language.words.undo, run: () => labelling.undo() },
    {
      keys: ['Shift+u', 'Control+Shift+z'],
      name: language.words.redo,
      run: () => labelling.redo(),
    },
    mainAction(labelling),
  ]
}

/** What the primary button says; without one, the next step of the work. */
function mainAction(labelling: Labelling): KeyAction {
  const main = { keys: ['Control+Enter'], everywhere: true }
  if (labelling.outbox.fault !== null) {
    return { ...main, name: words().tryAgain, run: () => labelling.outbox.retry() }
  }
  switch (labelling.lack) {
    case 'heldOutDone':
      return {
        ...main,
        name: words().toTrainScope,
        run: () => labelling.choose({ scope: 'train' }),
      }
    case 'noSample':
      return { ...main, name: words().draw, run: () => void labelling.drawHeldOut() }
    default:
      return { ...main, name: words().toTrain, run: () => place.go('train') }
  }
}
