import type { Labelled, Verdict } from '../../core/contract.ts'
import type { Proposal } from '../../core/records.ts'
import type { TextId } from '../../core/project.ts'
import type { App } from '../app.ts'
import { askOneByOne, legendOf } from './ask.ts'
import type { ClassNames } from './classes.ts'
import { filterOf, type FilterOptions } from './filter.ts'
import type { Answered } from './label-one-by-one.ts'
import type { Shell } from './shell.ts'
import { percent } from './table.ts'
import type { Words } from './words.ts'

/** Shows the surest open proposal, takes a decision, and moves on. */
export async function reviewOneByOne(
  shell: Shell,
  app: App,
  options: FilterOptions,
  names: ClassNames,
): Promise<Answered> {
  const filter = filterOf(options, names)
  const skipped = new Set<TextId>()
  let entry: Labelled['entry'] = null
  const answered = await askOneByOne<Proposal>(shell, app, {
    legend: legendOf(names, shell.words, shell.words.review),
    async next() {
      const queue = await app.call('review.queue', { filter, limit: skipped.size + 1 })
      return queue.find((proposal) => !skipped.has(proposal.text))
    },
    show: (proposal) => shown(proposal, names, shell.words),
    skip: ({ text }) => void skipped.add(text),
    async answer({ text }, line) {
      const verdicts = [{ text, verdict: verdictOf(line, names) }]
      entry = (await app.call('review.decide', { verdicts })).entry ?? entry
    },
  })
  return { entry, labels: await app.call('label.summary', {}), names, answered }
}

function verdictOf(line: string, names: ClassNames): Verdict {
  if (line === 'y') return { kind: 'approve' }
  if (line === 'n') return { kind: 'reject' }
  return { kind: 'correct', answer: names.typed(line) }
}

function shown(proposal: Proposal, names: ClassNames, words: Words): string {
  const { text, a, b, class: classId, score, margin, groups } = proposal
  const says = groups.map((g) => words.groupSays(g.name, g.agrees, g.logProbability.toFixed(1)))
  return [
    words.proposal(text, names.name(classId), percent(score), percent(margin)),
    says.join('   '),
    a,
    ...(b === null ? [] : ['---', b]),
  ].join('\n')
}
