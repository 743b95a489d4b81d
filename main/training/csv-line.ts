/** One record of CSV (RFC 4180); fields are quoted where they must be. */
export function csvLine(fields: readonly string[]): string {
  return fields.map(quoted).join(',')
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
