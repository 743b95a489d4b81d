import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import type { Language } from '../../core/errors.ts'
import { addressOf } from '../../main/desktop/page.ts'
import { openBlank } from './browser-shell.ts'
import { Desktop, type Served } from './desktop.ts'
import { callerAt, overBridge } from './preload-bridge.ts'
import { root } from './shiliu.ts'
import type { Window } from './window.ts'

/** Chromium goes to no `app:` address; nobody has this one. */
const origin = 'https://shiliu.invalid'
const own = new URL(addressOf('home', 0))
const ownOrigin = `${own.protocol}//${own.host}`

/**
 * The interface over Electron's shell without Electron: the built shell runs over the module that stands
 * in for Electron, and a page in Chromium gets its files, its preload script and its events. The test
 * fails on any error of the page.
 */
export async function openStandIn(t: TestContext, language: Language = 'en'): Promise<Window> {
  const { page, complaints } = await openBlank(t, language)
  const desktop = new Desktop(t, { entry: join(root, 'out/main/electron.js'), appPath: root })
  t.after(() => assert.deepEqual(complaints, []))
  const context = page.context()
  await connect(context, desktop)
  desktop.onSent((channel, message) => tell(page, channel, message))
  const address = `${origin}${own.pathname}`
  const caller = await context.newPage()
  await caller.goto(callerAt(address))
  // A page that is behind another draws late.
  await page.bringToFront()
  await page.goto(address)
  return overBridge({
    page,
    folder: desktop.folder,
    address,
    caller,
    choose: (path) => desktop.ask('choose', { response: 0, path }),
  })
}

/** Gives every page of a browser the interface's files and the bridge. */
async function connect(context: BrowserContext, desktop: Desktop): Promise<void> {
  await context.route(`${origin}/**`, async (route) => {
    const address = route.request().url().replace(origin, ownOrigin)
    await route.fulfill(await desktop.ask<Served>('fetch', address))
  })
  await context.exposeBinding('askMain', (_page, ...call) => desktop.ask('call', 'main', ...call))
  const preload = readFileSync(join(root, 'out/preload/index.cjs'), 'utf8')
  const content = `(${inFakeWorld.toString()})((require) => {${preload}\n})`
  await context.addInitScript({ content })
}

type Run = (...args: unknown[]) => unknown
/** The other end of the preload script's channels. */
type Main = { askMain: Run; hearMain: (channel: string, message: unknown) => void }

/** Sends an event to a page; one that is on its way to another address does not hear it. */
function tell(page: Page, channel: string, message: unknown): void {
  const hear = ([channel, message]: readonly [string, unknown]) =>
    (window as unknown as Main).hearMain(channel, message)
  page.evaluate(hear, [channel, message] as const).catch(() => undefined)
}

/**
 * Runs the preload script with a module `electron` that passes values as Electron does between worlds:
 * copied as structures, files and functions aside, and errors with nothing but their message.
 */
function inFakeWorld(preload: (require: () => unknown) => void): void {
  const pass = (value: unknown) =>
    typeof value === 'function' || value instanceof File ? value : structuredClone(value)
  const bound =
    (run: Run) =>
    (...args: unknown[]) =>
      run(...args.map(pass))
  const main = window as unknown as Main
  const listeners = new Map<Run, string>()
  main.hearMain = (channel, message) => {
    const hearing = [...listeners].filter(([, heard]) => heard === channel)
    // What a listener throws is an error of the page, not of the one who sent this.
    for (const [listener] of hearing) queueMicrotask(() => listener({}, pass(message)))
  }
  const electron = {
    contextBridge: {
      exposeInMainWorld(name: string, api: Record<string, Run>) {
        const copies = Object.entries(api).map(([key, run]) => [key, bound(run)])
        Object.assign(window, { [name]: Object.fromEntries(copies) })
      },
    },
    ipcRenderer: {
      invoke: (_channel: string, ...call: unknown[]) => main.askMain(...call.map(pass)),
      on: (channel: string, listener: Run) => listeners.set(listener, channel),
      off: (_channel: string, listener: Run) => listeners.delete(listener),
    },
    webUtils: { getPathForFile: (file: File) => `/files/${file.name}` },
  }
  preload(() => electron)
}
