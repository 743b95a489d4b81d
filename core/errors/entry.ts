/** One error of the catalogue: whose move it is, and its sentence in both languages. */
export interface ErrorEntry<D> {
  readonly kind: 'input' | 'environment' | 'bug'
  readonly en: (details: D) => string
  readonly zh: (details: D) => string
}

/**
 * The sentences say what did not happen, why (with numbers), and what to do, in words that hold for a
 * window and for a command line alike. Which command that is, the command line adds by itself.
 */
export function entry<D>(
  kind: ErrorEntry<D>['kind'],
  en: ErrorEntry<D>['en'],
  zh: ErrorEntry<D>['zh'],
): ErrorEntry<D> {
  return { kind, en, zh }
}

/** `1 text`, `2 texts` */
export function many(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** `90.0%` */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`
}
