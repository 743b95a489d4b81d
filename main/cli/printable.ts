/**
 * Controls that a terminal obeys or that turn the reading order: C0 without tab and line feed, DEL, C1,
 * and the bidi controls of Unicode.
 */
const controls =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * A text as it may go to a terminal: line breaks as line feeds, every other control shown by its code.
 * The code is written as JSON writes it, so that JSON stays JSON and keeps its values.
 */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(controls, codeOf)
}

/** The same within a line: for names, which stand in tables and sentences. */
export function printableLine(text: string): string {
  return text.replace(/[\t\n]/g, codeOf).replace(controls, codeOf)
}

function codeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
