/** A step that is not made yet; equal keys mean that one program can make both. */
export interface Planned {
  readonly key: unknown
}

/** The steps from `first` on that one program can make, `most` of them. */
export function nextBlock<P extends Planned>(
  plan: (step: number) => P,
  first: number,
  end: number,
  most: number,
): [P, ...P[]] {
  const block: [P, ...P[]] = [plan(first)]
  while (block.length < most && first + block.length < end) {
    const next = plan(first + block.length)
    if (next.key !== block[0].key) break
    block.push(next)
  }
  return block
}
