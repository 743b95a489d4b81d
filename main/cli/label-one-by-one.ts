import type { Labelled } from '../../core/contract.ts'
import type { StoredText } from '../../core/records.ts'
import type { TextId } from '../../core/project.ts'
import type { App } from '../app.ts'
import { askOneByOne, legendOf } from './ask.ts'
import { classNames, type ClassNames } from './classes.ts'
import type { LabelOptions } from './label.ts'
import type { Shell } from './shell.ts'

/** What a dialogue ends with; `entry` is that of its last answer. */
export type Answered = Labelled & { readonly names: ClassNames; readonly answered: number }

/** Shows one text after the other; every answer is on the disk before the next text appears. */
export async function labelOneByOne(
  shell: Shell,
  app: App,
  { heldOut, uncertain }: LabelOptions,
): Promise<Answered> {
  const names = await classNames(app)
  const skipped: TextId[] = []
  let entry: Labelled['entry'] = null
  if (heldOut && !(await app.call('label.summary', {})).heldOut) {
    await app.call('label.drawHeldOut', {})
  }
  const answered = await askOneByOne<StoredText>(shell, app, {
    legend: legendOf(names, shell.words),
    async next() {
      const [text] = await app.call('label.next', {
        scope: heldOut ? 'heldout' : 'train',
        order: uncertain ? 'uncertain' : 'random',
        limit: 1,
        skip: skipped,
      })
      return text
    },
    show: ({ id, originalId, a, b }) => {
      const head = `#${id}${originalId === null ? '' : ` (${originalId})`}`
      return [head, a, ...(b === null ? [] : ['---', b])].join('\n')
    },
    skip: ({ id }) => void skipped.push(id),
    async answer({ id }, line) {
      const edits = [{ text: id, mark: names.typed(line) }]
      entry = (await app.call('label.set', { edits })).entry ?? entry
    },
  })
  return { entry, labels: await app.call('label.summary', {}), names, answered }
}
