/** One record of CSV (RFC 4180); fields are quoted where they must be. */
export function csvLine(fields: readonly string[]): string {
  return fields.map(quoted).join(',')
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/**
 * A field that no spreadsheet program takes for a formula: one that begins like one gets a quote before
 * it. The text is then no longer what the data say, so this is done only where it is asked for.
 */
export function withoutFormula(field: string): string {
  return /^[=+\-@\t\r]/.test(field) ? `'${field}` : field
}
