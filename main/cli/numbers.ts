import { InvalidArgumentError } from 'commander'

/** Readers for the values of options; a wrong value is wrong usage, named by commander. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('Expected a whole number.')
  return value
}

export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.')
  return value
}

/** A share, as 0.9 or as 90%. */
export function share(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
  if (!(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a share, such as 0.9 or 90%.')
  return value
}

/** `0-4`, `0,2,3` or `1`. */
export function numberList(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(wholeNumber)
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i)
  })
}

/** `1 text`, `2 texts`, `2 texts of the audit`. */
export function counted(n: number, what: string): string {
  return `${n} ${n === 1 ? what : what.replace(/^\S+/, '$&s')}`
}
