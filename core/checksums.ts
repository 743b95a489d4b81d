import { fail } from './errors.ts'

/** The name of the list in an exported folder. */
export const checksumFile = 'SHA256SUMS'

/** SHA-256 in hex by path below the folder, with `/` between its parts. */
export type Checksums = ReadonlyMap<string, string>

/** The list as `sha256sum -c` reads it, sorted by path. Paths hold no line break. */
export function formatChecksums(checksums: Checksums): string {
  const sorted = [...checksums].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([path, sha256]) => `${sha256}  ${path}\n`).join('')
}

/** Reads the list; `where` is its path. Fails with `export.damaged`. */
export function parseChecksums(text: string, where: string): Checksums {
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? []
      if (sha256 === undefined) {
        fail('export.damaged', {
          path: where,
          expected: 'SHA-256 and path',
          got: line.slice(0, 80),
        })
      }
      return [path!, sha256] as const
    }),
  )
}
