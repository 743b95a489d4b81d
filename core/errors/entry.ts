/** One error of the catalogue: whose move it is, and its sentence in both languages. */
export interface ErrorEntry<D> {
  readonly kind: 'input' | 'environment' | 'bug'
  readonly en: (details: D) => string
  readonly zh: (details: D) => string
}

export function entry<D>(
  kind: ErrorEntry<D>['kind'],
  en: ErrorEntry<D>['en'],
  zh: ErrorEntry<D>['zh'],
): ErrorEntry<D> {
  return { kind, en, zh }
}
