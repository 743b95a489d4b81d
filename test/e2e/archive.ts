import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A file of an asar archive: in it at an offset, or beside it in the folder `unpacked`. */
export interface ArchivedFile {
  readonly path: string
  readonly size: number
  readonly offset: number | null
}

interface Folder {
  readonly files: Readonly<Record<string, Folder | Entry>>
}
interface Entry {
  readonly size: number
  readonly offset?: string
}

/** What an asar archive holds: two pickled numbers, a header in JSON, then the files' bytes. */
export function readArchive(archive: string): ArchivedFile[] {
  const file = openSync(archive, 'r')
  const head = Buffer.alloc(16)
  readSync(file, head, 0, 16, 0)
  const json = Buffer.alloc(head.readUInt32LE(12))
  readSync(file, json, 0, json.length, 16)
  closeSync(file)
  const start = 8 + head.readUInt32LE(4)
  const list = (folder: Folder, path: string): ArchivedFile[] =>
    Object.entries(folder.files).flatMap(([name, entry]) => {
      const inside = path === '' ? name : `${path}/${name}`
      if ('files' in entry) return list(entry, inside)
      const offset = entry.offset === undefined ? null : start + Number(entry.offset)
      return [{ path: inside, size: entry.size, offset }]
    })
  return list(JSON.parse(json.toString('utf8')) as Folder, '')
}

/** Writes an archive's files as a folder, which Node can run. */
export function extractArchive(archive: string, folder: string): void {
  const bytes = readFileSync(archive)
  for (const { path, size, offset } of readArchive(archive)) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    const content =
      offset === null
        ? readFileSync(join(`${archive}.unpacked`, path))
        : bytes.subarray(offset, offset + size)
    writeFileSync(target, content)
  }
}
