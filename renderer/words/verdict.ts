import type { RoundComparison } from '../../core/records.ts'
import { signed } from './formats.ts'
import { both } from './language.svelte.ts'

const words = both({
  zh: {
    helped: (after: number, before: number, points: string) => ({
      title: `第 ${after} 轮有帮助。`,
      text: `准确率比第 ${before} 轮高 ${points} 个百分点`,
    }),
    'did not help': (after: number, before: number, points: string) => ({
      title: `第 ${after} 轮没有帮助。`,
      text: `准确率比第 ${before} 轮低 ${points} 个百分点`,
    }),
    'no difference seen': (after: number, before: number, points: string) => ({
      title: `第 ${after} 轮与第 ${before} 轮未见差别。`,
      text: `准确率相差 ${points} 个百分点`,
    }),
    numbers: (low: string, high: string, n: number, fixed: number, broken: number) =>
      `（95% 区间 ${low} 到 ${high}；${n} 条中 ${fixed} 条变对，${broken} 条变错）。`,
    short: { helped: '有帮助', 'did not help': '没有帮助', 'no difference seen': '未见差别' },
  },
  en: {
    helped: (after, before, points) => ({
      title: `Round ${after} helped.`,
      text: `Its accuracy is ${points} points above round ${before}`,
    }),
    'did not help': (after, before, points) => ({
      title: `Round ${after} did not help.`,
      text: `Its accuracy is ${points} points below round ${before}`,
    }),
    'no difference seen': (after, before, points) => ({
      title: `No difference seen between rounds ${before} and ${after}.`,
      text: `Accuracy changed by ${points} points`,
    }),
    numbers: (low, high, n, fixed, broken) =>
      ` (95% interval ${low} to ${high}; of ${n} texts ${fixed} became right, ${broken} wrong).`,
    short: {
      helped: 'Helped',
      'did not help': 'Did not help',
      'no difference seen': 'No difference seen',
    },
  },
})

/** A share as points of a hundred, with its sign. */
export function points(share: number): string {
  return signed(100 * share)
}

/** What a comparison says, with its numbers: nothing is claimed that its interval does not show. */
export function verdictOf(comparison: RoundComparison): { title: string; text: string } {
  const { verdict, before, after, accuracy, n, fixed, broken } = comparison
  const isPlain = verdict === 'no difference seen'
  const change = isPlain
    ? points(accuracy.value)
    : points(Math.abs(accuracy.value)).replace('+', '')
  const { title, text } = words()[verdict](after, before, change)
  const interval = [points(accuracy.low), points(accuracy.high)] as const
  return { title, text: text + words().numbers(...interval, n, fixed, broken) }
}

export function shortVerdict({ verdict }: RoundComparison): string {
  return words().short[verdict]
}
