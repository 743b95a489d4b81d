import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { fail, sentence, toRecord } from '../../core/errors.ts'
import { systemLanguage } from '../cli/shell.ts'

/** What the bundles are made from. */
const sources = [
  'core',
  'engine',
  'learn',
  'worker',
  'main',
  'preload',
  'renderer',
  'electron.config.ts',
  'package.json',
  'package-lock.json',
]

/** What a build leaves, as far as somebody needs it. */
const products = ['out/main/electron.js', 'out/preload/index.cjs', 'out/renderer/index.html']

/**
 * Whether the bundles are made from the sources as they are. Contents are compared and not times: a
 * checkout changes the times of files that stay the same, and keeps those of files that do not.
 */
export function isBuilt(root: string): boolean {
  const stamp = join(root, 'out/stamp')
  return (
    existsSync(stamp) &&
    products.every((path) => existsSync(join(root, path))) &&
    readFileSync(stamp, 'utf8') === stampOf(root)
  )
}

/** Makes the bundles. Error: `shell.buildFailed`. */
export async function build(root: string): Promise<void> {
  const stamp = stampOf(root)
  rmSync(join(root, 'out/stamp'), { force: true })
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const options = ['build', '--config', 'electron.config.ts', '--logLevel', 'warn']
  const child = spawn(process.execPath, [tool, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [code, complaint] = await Promise.all([ended, text(child.stderr)])
  if (code !== 0) fail('shell.buildFailed', { output: complaint.trim() })
  mkdirSync(join(root, 'out'), { recursive: true })
  writeFileSync(join(root, 'out/stamp'), stamp)
}

/** A hash over the paths and contents of all sources. */
export function stampOf(root: string): string {
  const whole = createHash('sha256')
  for (const path of sources.flatMap((source) => filesOf(root, source))) {
    const content = createHash('sha256').update(readFileSync(join(root, path)))
    whole.update(`${path}\0${content.digest('hex')}\n`)
  }
  return whole.digest('hex')
}

/** The files below a path, which may be a file itself, in an order that is always the same. */
function filesOf(root: string, path: string): string[] {
  if (!existsSync(join(root, path))) return []
  try {
    const entries = readdirSync(join(root, path), { withFileTypes: true })
    return entries.flatMap(({ name }) => filesOf(root, `${path}/${name}`)).sort()
  } catch {
    return [path]
  }
}

/** `npm run build`: builds where something has changed. */
if (import.meta.main) {
  const root = resolve(import.meta.dirname, '../..')
  try {
    if (!isBuilt(root)) await build(root)
  } catch (error) {
    console.error(sentence(toRecord(error), systemLanguage()))
    process.exitCode = 1
  }
}
