/** The keys of the classes in order; beyond them a class is found by its name. */
export const classKeys = [...'123456789qwertyiopsdfhjklzcv'] as const

/** A class's key as it is drawn on its mark; empty beyond the last key. */
export function classKey(index: number): string {
  return (classKeys[index] ?? '').toUpperCase()
}

/** The number of the colour of a class: twelve of them, then again. */
export function classColour(index: number): number {
  return (index % 12) + 1
}
