import type { Labelled, Verdict } from '../../core/contract.ts'
import { sentence, toRecord } from '../../core/errors.ts'
import type { Proposal } from '../../core/records.ts'
import type { TextId } from '../../core/project.ts'
import type { App } from '../app.ts'
import { startAsking } from './ask.ts'
import { noneOfThese, type ClassNames } from './classes.ts'
import { filterOf, type FilterOptions } from './filter.ts'
import { percent } from './table.ts'

/** Shows the surest open proposal, takes a decision, and moves on. */
export async function reviewOneByOne(
  app: App,
  options: FilterOptions,
  names: ClassNames,
): Promise<Labelled & { names: ClassNames }> {
  const filter = filterOf(options, names)
  const asking = startAsking()
  const skipped = new Set<TextId>()
  let last: Labelled['entry'] = null
  const next = async () => {
    const queue = await app.call('review.queue', { filter, limit: skipped.size + 1 })
    return queue.find((proposal) => !skipped.has(proposal.text))
  }
  process.stderr.write(`${legend(names)}\n`)
  for (let proposal = await next(); proposal; proposal = await next()) {
    process.stderr.write(`\n${shown(proposal, names)}\n`)
    const line = await asking.ask('> ')
    if (line === null || line === 'q') break
    if (line === '') skipped.add(proposal.text)
    else if (line === 'u') await app.call('label.undo', {})
    else last = (await decide(app, proposal, line, names)) ?? last
  }
  asking.close()
  return { entry: last, labels: await app.call('label.summary', {}), names }
}

async function decide(app: App, { text }: Proposal, line: string, names: ClassNames) {
  try {
    const verdicts = [{ text, verdict: verdictOf(line, names) }]
    return (await app.call('review.decide', { verdicts })).entry
  } catch (error) {
    process.stderr.write(`${sentence(toRecord(error), 'en')}\n`)
    return null
  }
}

function verdictOf(line: string, names: ClassNames): Verdict {
  if (line === 'y') return { kind: 'approve' }
  if (line === 'n') return { kind: 'reject' }
  return { kind: 'correct', answer: names.answer(line) }
}

function legend(names: ClassNames): string {
  const keys = names.classes.map((c, i) => `${i + 1} ${c.name}`)
  return [
    'y right',
    'n wrong',
    ...keys,
    `${noneOfThese} none of these`,
    'Enter skips',
    'u undoes',
    'q ends',
  ].join('   ')
}

function shown(proposal: Proposal, names: ClassNames): string {
  const { text, a, b, class: classId, score, margin, groups } = proposal
  const says = groups.map(
    (g) => `${g.name} ${g.agrees ? 'agrees' : 'disagrees'} (${g.logProbability.toFixed(1)})`,
  )
  return [
    `#${text}  ${names.name(classId)}  score ${percent(score)}, margin ${percent(margin)}`,
    says.join('   '),
    a,
    ...(b === null ? [] : ['---', b]),
  ].join('\n')
}
