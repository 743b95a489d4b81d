import { mostAtOnce, type Labelled } from '../../core/contract.ts'

/**
 * Hands a long list to a call in parts that it takes, each an entry of its own in the journal. The
 * result is that of the last part, with the changes of all.
 */
export async function inParts<T>(
  items: readonly T[],
  call: (part: T[]) => Promise<Labelled>,
  size = mostAtOnce,
): Promise<Labelled> {
  let result = await call(items.slice(0, size))
  let changes = result.entry?.changes ?? 0
  for (let from = size; from < items.length; from += size) {
    const next = await call(items.slice(from, from + size))
    changes += next.entry?.changes ?? 0
    result = { ...next, entry: next.entry ?? result.entry }
  }
  return { ...result, entry: result.entry && { ...result.entry, changes } }
}
