/** Kinds of file that are no text, as the first bytes tell. */
export type BinaryKind = string

const SIGNATURES: readonly (readonly [kind: BinaryKind, offset: number, bytes: string])[] = [
  ['PDF', 0, '%PDF-'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['JPEG', 0, '\xff\xd8\xff'],
  ['GIF', 0, 'GIF87a'],
  ['GIF', 0, 'GIF89a'],
  ['WebP', 8, 'WEBPVP8'],
  ['SQLite', 0, 'SQLite format 3\0'],
  ['gzip', 0, '\x1f\x8b\x08'],
  ['bzip2', 0, 'BZh91AY&SY'],
  ['xz', 0, '\xfd7zXZ\0'],
  ['Zstandard', 0, '\x28\xb5\x2f\xfd'],
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['RAR', 0, 'Rar!\x1a\x07'],
  ['tar', 257, 'ustar'],
  ['parquet', 0, 'PAR1'],
  ['Arrow', 0, 'ARROW1\0\0'],
  ['NumPy', 0, '\x93NUMPY'],
  ['office-old', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['ELF', 0, '\x7fELF'],
]

/** Names that the archive's own directory holds near its start, by what they make of a zip file. */
const ZIP_CONTENTS: readonly (readonly [kind: BinaryKind, name: string])[] = [
  ['xlsx', 'xl/'],
  ['docx', 'word/'],
  ['pptx', 'ppt/'],
  ['ods', 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet'],
  ['epub', 'mimetypeapplication/epub'],
]

/** What a file is by its signature, or undefined where none is known (text has none). */
export function binaryKind(start: Buffer): BinaryKind | undefined {
  const head = start.subarray(0, 64 * 1024).toString('latin1')
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return zipKind(head)
  return SIGNATURES.find(([, offset, bytes]) => head.startsWith(bytes, offset))?.[0]
}

function zipKind(head: string): BinaryKind {
  const inside = ZIP_CONTENTS.find(([, name]) => head.includes(name))
  if (inside !== undefined) return inside[0]
  return head.includes('[Content_Types].xml') ? 'xlsx' : 'zip'
}
