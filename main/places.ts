import { existsSync, realpathSync } from 'node:fs'
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

/** The path with its links followed, as far as it exists. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = dirname(path)
  return parent === path ? path : join(realPath(parent), basename(path))
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === path)
}
