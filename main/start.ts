import { resolve } from 'node:path'
import { sentence, toRecord } from '../core/errors.ts'
import { main } from './cli.ts'
import { systemLanguage } from './cli/shell.ts'
import { build, isBuilt } from './start/build.ts'
import {
  electronProgram,
  fetchElectron,
  mayFetch,
  obstacle,
  showInElectron,
  type Obstacle,
  type Surroundings,
} from './start/window.ts'
import { startWords } from './start/words.ts'

/**
 * `npm start [-- PROJECT]`: builds what has changed, then shows the window, in Electron where that can
 * be had and otherwise in a browser. With any option it is the browser, and the option one of
 * `shiliu serve`; `--browser` is none but that wish.
 */

const root = resolve(import.meta.dirname, '..')
const words = startWords[systemLanguage()]
const surroundings: Surroundings = {
  platform: process.platform,
  user: process.getuid?.(),
  environment: process.env,
}

try {
  await start(process.argv.slice(2))
} catch (error) {
  console.error(sentence(toRecord(error), systemLanguage()))
  process.exitCode = 1
}

async function start(args: readonly string[]): Promise<void> {
  if (!isBuilt(root)) {
    console.log(words.building)
    await build(root)
  }
  const wantsBrowser = args.some((arg) => arg.startsWith('-'))
  const ended = wantsBrowser ? null : await inElectron(args)
  if (typeof ended === 'number') {
    process.exitCode = ended
    return
  }
  if (ended !== null) console.log(words.inBrowser[ended])
  await main(['serve', ...args.filter((arg) => arg !== '--browser')])
}

/** The exit code of Electron, or why it could not show a window. */
async function inElectron(args: readonly string[]): Promise<number | Obstacle> {
  const inTheWay = obstacle(surroundings)
  if (inTheWay !== null) return inTheWay
  const program = electronProgram(root, surroundings) ?? (await fetched())
  if (program === null) return 'absent'
  return (await showInElectron(program, [root, ...args])) ?? 'failed'
}

async function fetched(): Promise<string | null> {
  if (!mayFetch(root)) return null
  console.log(words.fetching)
  await fetchElectron(root)
  return electronProgram(root, surroundings)
}
