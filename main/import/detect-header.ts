import { isColumnName } from './column-names.ts'

const LONGEST_NAME = 40

/**
 * Whether the first record names the columns.
 *
 * A number, a long field or a value that comes again below it speaks against that. A known name
 * speaks for it, and in files of several columns a word above numbers or a short field above long
 * ones. In doubt the record is data: a row taken for a header would be lost.
 */
export function looksLikeHeader(records: readonly (readonly string[])[]): boolean {
  const [first, ...others] = records
  if (first === undefined || !first.every(fitsAsName)) return false
  const columns = first.map((_, i) => others.map((fields) => fields[i] ?? '').filter(isFilled))
  if (first.some((field, i) => isFilled(field) && columns[i]!.includes(field))) return false
  if (first.some(isColumnName)) return true
  return (
    first.length > 1 && first.some((field, i) => isFilled(field) && differs(field, columns[i]!))
  )
}

function differs(name: string, values: readonly string[]): boolean {
  if (values.length === 0) return false
  if (values.every(isNumber)) return true
  const lengths = values.map((value) => value.length).sort((x, y) => x - y)
  return values.length > 1 && lengths[lengths.length >> 1]! >= Math.max(12, 3 * name.length)
}

function isFilled(field: string): boolean {
  return field.trim() !== ''
}

function fitsAsName(field: string): boolean {
  return field.length <= LONGEST_NAME && !isNumber(field) && !/[\r\n。！？]/.test(field)
}

export function isNumber(field: string): boolean {
  return /^\s*[-+]?(\d+([.,]\d+)*|\.\d+)(e[-+]?\d+)?%?\s*$/i.test(field)
}
