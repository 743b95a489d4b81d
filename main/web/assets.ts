import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fail } from '../../core/errors.ts'

export interface Asset {
  readonly type: string
  readonly body: Buffer
}

/** The built interface by path, such as `/index.html`. */
export type Assets = ReadonlyMap<string, Asset>

/**
 * Nothing but what the program ships: scripts and styles from its own files, no inline code, no frames,
 * no forms, no other host. Pictures in styles are data.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/**
 * Reads the built interface whole, so that no request ever names a file of the disk. Error:
 * `shell.notBuilt`.
 */
export function readAssets(folder: string): Assets {
  if (!existsSync(join(folder, 'index.html'))) fail('shell.notBuilt', { folder })
  const assets = new Map<string, Asset>()
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = types[extname(entry)]
    if (type === undefined) continue
    assets.set(`/${entry.split(sep).join('/')}`, { type, body: readFileSync(join(folder, entry)) })
  }
  return assets
}
