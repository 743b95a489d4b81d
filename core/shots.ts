/** How many labels of each class a task starts from. */
export const shotsPerClass = 16

/** What classes have of their sixteen labels each; more of one make up for none of another. */
export interface Shots {
  readonly wanted: number
  /** Labels that count towards them. */
  readonly found: number
  readonly missing: number
  /** Labels of classes beyond their sixteen. */
  readonly surplus: number
}

export function shotsOf(
  classes: readonly { readonly id: string }[],
  labelled: (id: string) => number,
): Shots {
  const wanted = shotsPerClass * classes.length
  const found = classes.reduce((sum, { id }) => sum + Math.min(shotsPerClass, labelled(id)), 0)
  const all = classes.reduce((sum, { id }) => sum + labelled(id), 0)
  return { wanted, found, missing: wanted - found, surplus: all - found }
}
