import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { openApp, type App } from './app.ts'
import { forkWorker } from './fork-worker.ts'
import type { Host } from './host.ts'
import { modelsFolder, settingsFolder } from './settings-folder.ts'
import { readAssets } from './web/assets.ts'
import { startWebServer } from './web/server.ts'
import { Uploads } from './web/uploads.ts'

export interface ServeOptions {
  readonly port: number
  /** Files are listed, read and written below it. */
  readonly root: string
}

export interface Serving {
  readonly app: App
  /** An address that opens the interface once. */
  invite(): string
  close(): Promise<void>
}

const programRoot = resolve(import.meta.dirname, '..')

/** The browser shell: the application behind a server on 127.0.0.1. */
export async function serve({ port, root }: ServeOptions): Promise<Serving> {
  const uploads = new Uploads()
  const assets = readAssets(join(programRoot, 'out/renderer'))
  const app = openApp(browserHost([resolve(root), uploads.folder]))
  const server = await startWebServer({ app, assets, uploads, port })
  return {
    app,
    invite: () => server.invite(),
    async close() {
      await server.close()
      await app.close()
    },
  }
}

export const defaultRoot = homedir()

function browserHost(fileRoots: readonly string[]): Host {
  const nothing = () => Promise.resolve(null)
  return {
    kind: 'browser',
    root: programRoot,
    fileRoots,
    settingsFolder: settingsFolder(),
    modelsFolder: modelsFolder(),
    hasDialogs: false,
    pickFile: nothing,
    pickFolder: nothing,
    // The browser may be on another machine, at the end of a tunnel.
    openPath: () => Promise.resolve(),
    startWorker: () => forkWorker(resolve(programRoot, 'worker/index.ts')),
  }
}

/** Opens an address in a window of its own, with a browser that can. False where there is none. */
export function openWindow(address: string): boolean {
  const browser = browsers().find((path) => existsSync(path))
  const isHeadless =
    process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY
  if (browser === undefined || isHeadless) return false
  const child = spawn(browser, [`--app=${address}`, '--window-size=1440,900'], {
    detached: true,
    stdio: 'ignore',
  })
  child.on('error', () => undefined)
  child.unref()
  return true
}

/** Where Chromium, Chrome and Edge are on each system. */
function browsers(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  }
  if (process.platform === 'win32') {
    const folders = [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)']]
    return folders.flatMap((folder = '') => [
      join(folder, 'Google/Chrome/Application/chrome.exe'),
      join(folder, 'Microsoft/Edge/Application/msedge.exe'),
    ])
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'microsoft-edge']
  return names.map((name) => `/usr/bin/${name}`)
}
