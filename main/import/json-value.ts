import { rowProblem, uniqueNames } from './records.ts'
import type { Columns } from './records.ts'
import type { ErrorRecord } from '../../core/errors.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

type JsonType = 'object' | 'array' | 'null' | 'string' | 'number' | 'boolean'

/**
 * The index after the JSON value that begins at `start`, or -1 if the text ends inside it. A number
 * or word ends where a bracket, comma or space follows. It looks at brackets and strings alone:
 * whether the value is JSON is for `JSON.parse`.
 */
export function endOfValue(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return endOfString(text, start)
  if (first !== '{' && first !== '[') return endOfWord(text, start)
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (end < 0) return -1
      at = end - 1
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at + 1
  }
  return -1
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at + 1
  }
  return -1
}

function endOfWord(text: string, start: number): number {
  const end = /[\s,\]}]/g
  end.lastIndex = start
  return end.exec(text)?.index ?? -1
}

export function skipSpace(text: string, from: number): number {
  let at = from
  while (' \t\r\n'.includes(text[at] ?? '-')) at++
  return at
}

/**
 * The values of a JSON object in their order: strings as they read, `null` as an empty string, all
 * else as it is written. So a 20-digit id keeps its digits and a nested object its form.
 */
export function objectColumns(source: string): { columns: Columns } | { problem: ErrorRecord } {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { problem: rowProblem('import.rowNotJson', { message }) }
  }
  const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  if (got !== 'object') {
    return {
      problem: rowProblem('import.rowNotObject', { got: got as Exclude<JsonType, 'object'> }),
    }
  }
  return { columns: columnsOf(source) }
}

/** `source` is known to be a JSON object. */
function columnsOf(source: string): Columns {
  const names: string[] = []
  const values: string[] = []
  let at = skipSpace(source, source.indexOf('{') + 1)
  while (source[at] === '"') {
    const nameEnd = endOfValue(source, at)
    names.push(JSON.parse(source.slice(at, nameEnd)) as string)
    const valueStart = skipSpace(source, source.indexOf(':', nameEnd) + 1)
    const valueEnd = endOfValue(source, valueStart)
    values.push(plainValue(source.slice(valueStart, valueEnd)))
    const after = skipSpace(source, valueEnd)
    at = source[after] === ',' ? skipSpace(source, after + 1) : after
  }
  return uniqueNames(names).map((name, i) => [name, values[i]!] as const)
}

function plainValue(written: string): string {
  if (written === 'null') return ''
  return written.startsWith('"') ? (JSON.parse(written) as string) : written
}
