/** The element that holds the text being judged. */
export const readingId = 'reading'

/** The text has the focus, so that the next key decides; after a click it goes back there. */
export function focusReading(): void {
  document.getElementById(readingId)?.focus({ preventScroll: true })
}
