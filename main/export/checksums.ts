import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { checksumFile, formatChecksums } from '../../core/checksums.ts'

/**
 * Writes the list of checksums of every file below a folder. Returns the paths, that of the list last.
 */
export function writeChecksums(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== checksumFile)
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .sort()
  const checksums = new Map(paths.map((path) => [path, sha256(join(folder, path))]))
  writeFileSync(join(folder, checksumFile), formatChecksums(checksums), { flush: true })
  return [...paths, checksumFile]
}

function sha256(path: string): string {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(1 << 20)
  try {
    for (let count; (count = readSync(file, buffer)) > 0;) hash.update(buffer.subarray(0, count))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}
