import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** In bytes; `gzip` at the highest level, for comparison: the browser shell sends files as they are. */
export interface Size {
  readonly raw: number
  readonly gzip: number
}

export interface BuiltSize {
  readonly assets: readonly (Size & { readonly path: string })[]
  readonly total: Size
}

export function builtSize(folder: string): BuiltSize {
  const assets = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      const body = readFileSync(path)
      const gzip = gzipSync(body, { level: 9 }).length
      return { path: path.slice(folder.length + 1), raw: body.length, gzip }
    })
    .sort((p, q) => q.raw - p.raw)
  const sum = (of: keyof Size) => assets.reduce((total, asset) => total + asset[of], 0)
  return { assets, total: { raw: sum('raw'), gzip: sum('gzip') } }
}
