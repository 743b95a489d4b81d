import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fail } from '../core/errors.ts'

/**
 * A path that a user named, made absolute. With roots it must lie below one of them, also after
 * symbolic links are followed. Error: `files.outside`.
 */
export function placeBelow(roots: readonly string[] | null, path: string): string {
  const absolute = resolve(path)
  if (roots === null) return absolute
  const real = realPath(absolute)
  if (roots.some((root) => isBelow(realPath(root), real))) return absolute
  return fail('files.outside', { path: absolute, root: roots[0]! })
}

/** Links in a row that are followed; a longer row runs in a circle. */
const mostLinks = 40

/**
 * The path with its links followed, as far as it exists. A link to something that is not there is
 * followed as well: whoever writes through it makes what it names.
 */
function realPath(path: string, links = 0): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  if (parent === path) return path
  const target = links < mostLinks ? linkAt(path) : null
  if (target === null) return join(realPath(parent, links), basename(path))
  return realPath(resolve(realPath(parent, links), target), links + 1)
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === path)
}
