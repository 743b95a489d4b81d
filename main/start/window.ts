import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Why no window of its own can be shown. */
export type Obstacle = 'noScreen' | 'root' | 'absent' | 'failed'

export interface Surroundings {
  readonly platform: NodeJS.Platform
  /** The user's number; undefined on systems without. */
  readonly user: number | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What stands in the way of any window, before Electron is looked for. */
export function obstacle({ platform, user, environment }: Surroundings): Obstacle | null {
  if (platform !== 'linux') return null
  if (!environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return 'noScreen'
  // Chromium's sandbox does not start for root.
  return user === 0 ? 'root' : null
}

const programs: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/** Electron's program, where it is on this machine. */
export function electronProgram(
  root: string,
  { platform, environment }: Surroundings,
): string | null {
  const folder =
    environment['ELECTRON_OVERRIDE_DIST_PATH'] || join(root, 'node_modules/electron/dist')
  const path = join(folder, programs[platform] ?? 'electron')
  return existsSync(path) ? path : null
}

/** How long the download may take, in milliseconds. Without a network it fails at once. */
const longestDownload = 60_000

/**
 * Whether Electron's program may be fetched: once for each version, so that whoever has no network that
 * reaches it waits once.
 */
export function mayFetch(root: string): boolean {
  const tried = triedFile(root)
  return !existsSync(tried) || readFileSync(tried, 'utf8') !== electronVersion(root)
}

/** Has Electron's own installer fetch its program. It is there afterwards, or it is not. */
export async function fetchElectron(root: string): Promise<void> {
  try {
    mkdirSync(join(root, 'out'), { recursive: true })
    writeFileSync(triedFile(root), electronVersion(root))
  } catch {
    // Where this cannot be written, the program could not be either.
    return
  }
  await run(process.execPath, [join(root, 'node_modules/electron/install.js')], longestDownload)
}

function triedFile(root: string): string {
  return join(root, 'out/electron-tried')
}

/** The empty string where the package is not installed. */
function electronVersion(root: string): string {
  const path = join(root, 'node_modules/electron/package.json')
  if (!existsSync(path)) return ''
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

/** In milliseconds: whoever ends sooner with a failure has not shown a window. */
const startsWithin = 10_000

/**
 * Shows the program in Electron until its window is closed. Gives the exit code, or null when Electron
 * did not start.
 */
export async function showInElectron(
  program: string,
  args: readonly string[],
  within = startsWithin,
): Promise<number | null> {
  const child = spawn(program, [...args], {
    stdio: 'inherit',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined },
  })
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code) => resolve(code ?? 1))
  })
  const waiting = new AbortController()
  const started = setTimeout(within, 'started' as const, { signal: waiting.signal, ref: false })
  const first = await Promise.race([ended, started.catch(() => 'started' as const)])
  waiting.abort()
  if (first === 'started') return ended
  return first === 0 ? 0 : null
}

/** Runs a program without a word, for so long at most. */
function run(program: string, args: readonly string[], longest: number): Promise<void> {
  const child = spawn(program, [...args], { stdio: 'ignore', timeout: longest })
  return new Promise((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
}
