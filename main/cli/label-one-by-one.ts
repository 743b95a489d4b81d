import type { Labelled } from '../../core/contract.ts'
import { sentence, toRecord } from '../../core/errors.ts'
import type { StoredText } from '../../core/records.ts'
import type { TextId } from '../../core/project.ts'
import type { App } from '../app.ts'
import { startAsking } from './ask.ts'
import { classNames, noneOfThese, type ClassNames } from './classes.ts'
import type { LabelOptions } from './label.ts'

/** Shows one text after the other; every answer is on the disk before the next text appears. */
export async function labelOneByOne(
  app: App,
  { heldOut, uncertain }: LabelOptions,
): Promise<Labelled & { names: ClassNames }> {
  const names = await classNames(app)
  const asking = startAsking()
  const skipped: TextId[] = []
  let last: Labelled['entry'] = null
  const next = async () => {
    const [text] = await app.call('label.next', {
      scope: heldOut ? 'heldout' : 'train',
      order: uncertain ? 'uncertain' : 'random',
      limit: 1,
      skip: skipped,
    })
    return text
  }
  if (heldOut && !(await app.call('label.summary', {})).heldOut) {
    await app.call('label.drawHeldOut', {})
  }
  process.stderr.write(`${legend(names)}\n`)
  for (let text = await next(); text; text = await next()) {
    process.stderr.write(`\n${shown(text)}\n`)
    const line = await asking.ask('> ')
    if (line === null || line === 'q') break
    if (line === '') skipped.push(text.id)
    else if (line === 'u') await undo(app)
    else last = (await label(app, names, text, line)) ?? last
  }
  asking.close()
  return { entry: last, labels: await app.call('label.summary', {}), names }
}

async function label(app: App, names: ClassNames, { id }: StoredText, line: string) {
  try {
    const edits = [{ text: id, mark: names.answer(line) }]
    return (await app.call('label.set', { edits })).entry
  } catch (error) {
    process.stderr.write(`${sentence(toRecord(error), 'en')}\n`)
    return null
  }
}

async function undo(app: App): Promise<void> {
  const [entry] = await app.call('label.undo', {})
  process.stderr.write(entry ? `undone: ${entry.action}\n` : 'Nothing to undo.\n')
}

export function legend(names: ClassNames): string {
  const keys = names.classes.map((c, i) => `${i + 1} ${c.name}`)
  return [...keys, `${noneOfThese} none of these`, 'Enter skips', 'u undoes', 'q ends'].join('   ')
}

function shown({ id, originalId, a, b }: StoredText): string {
  const head = `#${id}${originalId === null ? '' : ` (${originalId})`}`
  return [head, a, ...(b === null ? [] : ['---', b])].join('\n')
}
