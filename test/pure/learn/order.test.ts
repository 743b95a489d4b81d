import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TrainingItem } from '../../../core/task.ts'
import { batchOf } from '../../../learn/fuzzy-pet/order.ts'

const kinds = {
  gold: { target: { kind: 'class', class: 0 }, gold: true },
  pseudo: { target: { kind: 'soft', probabilities: [0.5, 0.5] }, gold: false },
  rejected: { target: { kind: 'not', class: 0 }, gold: false },
} as const
type Kind = keyof typeof kinds

function items(counts: Record<Kind, number>): (TrainingItem & { of: Kind })[] {
  return (Object.keys(kinds) as Kind[]).flatMap((of, k) =>
    Array.from({ length: counts[of] }, (_, i) => ({
      id: 1000 * k + i,
      a: '',
      weight: 1,
      of,
      ...kinds[of],
    })),
  )
}

/** How many of each kind a batch of 16 holds. */
function shares(counts: Record<Kind, number>, step = 0): Record<Kind, number> {
  const batch = batchOf(items(counts), 1, step, 16) as (TrainingItem & { of: Kind })[]
  const count = (of: Kind) => batch.filter((item) => item.of === of).length
  return { gold: count('gold'), pseudo: count('pseudo'), rejected: count('rejected') }
}

test('gold fills a batch alone and keeps half of it beside others', () => {
  assert.deepEqual(shares({ gold: 32, pseudo: 0, rejected: 0 }), {
    gold: 16,
    pseudo: 0,
    rejected: 0,
  })
  assert.deepEqual(shares({ gold: 32, pseudo: 99, rejected: 0 }), {
    gold: 8,
    pseudo: 8,
    rejected: 0,
  })
  assert.deepEqual(shares({ gold: 32, pseudo: 0, rejected: 99 }), {
    gold: 12,
    pseudo: 0,
    rejected: 4,
  })
  assert.deepEqual(shares({ gold: 32, pseudo: 99, rejected: 99 }), {
    gold: 8,
    pseudo: 6,
    rejected: 2,
  })
})

test('a few pseudo-labels or rejections stand in a batch once each', () => {
  assert.deepEqual(shares({ gold: 32, pseudo: 1, rejected: 1 }, 7), {
    gold: 14,
    pseudo: 1,
    rejected: 1,
  })
})

test('every gold text comes once before any comes again', () => {
  const all = items({ gold: 24, pseudo: 0, rejected: 0 })
  const seen = [0, 1, 2].flatMap((step) => batchOf(all, 3, step, 16)).map(({ id }) => id)
  assert.equal(new Set(seen.slice(0, 24)).size, 24)
  assert.equal(new Set(seen.slice(24)).size, 24)
  assert.notDeepEqual(seen.slice(0, 24), seen.slice(24))
})
