import type { EncodedPattern } from '../prompt/pattern.ts'

/**
 * Where a pattern's constant tokens stand in the exported graph: in `width` columns behind the text,
 * the masks in the last ones. Attention asks for positions, not for order, so nothing is inserted
 * between the tokens of a text (decisions.md, "The exported graph" (c)).
 *
 * The arrays have one entry a column. The token of a column has the position
 * `rank + length(a) * afterA + length(b) * afterB`.
 */
export interface ColumnLayout {
  readonly ids: readonly number[]
  /** 0 for columns that a shorter pattern leaves empty. */
  readonly used: readonly number[]
  /** The number of constants before it. */
  readonly rank: readonly number[]
  readonly afterA: readonly number[]
  readonly afterB: readonly number[]
  /** The number of constants before each text, and whether the other one stands before it too. */
  readonly a: Slot
  readonly b: Slot | undefined
}

export interface Slot {
  readonly rank: number
  readonly afterOther: boolean
}

interface Constant {
  readonly id: number
  readonly rank: number
  readonly afterA: number
  readonly afterB: number
}

/** Lays out a pattern of at most `width` constants. */
export function layOut(pattern: EncodedPattern, width: number, padId: number): ColumnLayout {
  const constants: Constant[] = []
  const slots = new Map<'a' | 'b', Slot>()
  for (const part of pattern.parts) {
    const [afterA, afterB] = [Number(slots.has('a')), Number(slots.has('b'))]
    if (part === 'a' || part === 'b') {
      slots.set(part, { rank: constants.length, afterOther: slots.size > 0 })
    } else {
      for (const id of part) constants.push({ id, rank: constants.length, afterA, afterB })
    }
  }
  const isMask = (rank: number) => pattern.masks.includes(rank)
  const empty: Constant = { id: padId, rank: 0, afterA: 0, afterB: 0 }
  const unused = Array<Constant>(width - constants.length).fill(empty)
  const columns = [
    ...unused,
    ...constants.filter(({ rank }) => !isMask(rank)),
    ...constants.filter(({ rank }) => isMask(rank)),
  ]
  return {
    ids: columns.map(({ id }) => id),
    used: columns.map((column) => Number(column !== empty)),
    rank: columns.map(({ rank }) => rank),
    afterA: columns.map(({ afterA }) => afterA),
    afterB: columns.map(({ afterB }) => afterB),
    a: slots.get('a')!,
    b: slots.get('b'),
  }
}
