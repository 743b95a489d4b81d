import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { checksumFile, formatChecksums, parseChecksums } from '../../core/checksums.ts'
import { fail } from '../../core/errors.ts'
import type { ExportedFile } from '../../core/records.ts'

/** Writes SHA256SUMS over every other file below a folder, for `sha256sum -c`. Returns its paths. */
export async function writeChecksums(folder: string): Promise<string[]> {
  const checksums = new Map<string, string>()
  for (const path of await filesBelow(folder)) {
    checksums.set(path, await sha256Of(join(folder, path)))
  }
  await writeFile(join(folder, checksumFile), formatChecksums(checksums))
  return [...checksums.keys()]
}

/**
 * Checks that every file listed in SHA256SUMS is there and unchanged. Fails with `export.notAnExport`
 * or `export.damaged`, naming the first file that is not.
 */
export async function verifyChecksums(folder: string): Promise<void> {
  const list = join(folder, checksumFile)
  await requireFile(folder, checksumFile)
  for (const [path, expected] of parseChecksums(await readFile(list, 'utf8'), list)) {
    await requireFile(folder, path)
    const got = await sha256Of(join(folder, path))
    if (got === expected) continue
    fail('export.damaged', { path: join(folder, path), expected: `SHA-256 ${expected}`, got })
  }
}

/**
 * The files of an exported folder with their sizes, as SHA256SUMS lists them, and the list itself.
 * Errors: `export.notAnExport`, `export.damaged`.
 */
export async function exportedFiles(folder: string): Promise<ExportedFile[]> {
  const list = join(folder, checksumFile)
  await requireFile(folder, checksumFile)
  const checksums = parseChecksums(await readFile(list, 'utf8'), list)
  const listed: [string, string | null][] = [...checksums, [checksumFile, null]]
  return Promise.all(
    listed.map(async ([path, sha256]) => {
      await requireFile(folder, path)
      return { path, bytes: (await stat(join(folder, path))).size, sha256 }
    }),
  )
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== checksumFile)
    .sort()
}

/** The SHA-256 of a file in hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

async function requireFile(folder: string, file: string): Promise<void> {
  await access(join(folder, file)).catch(() => fail('export.notAnExport', { folder, file }))
}
