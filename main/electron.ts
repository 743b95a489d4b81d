import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  app as electron,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron'
import { channels } from '../core/channels.ts'
import { events, type Event } from '../core/contract.ts'
import { fail, sentence, toRecord } from '../core/errors.ts'
import { openApp, type App } from './app.ts'
import { askApplication } from './desktop/ask-application.ts'
import { Departure } from './desktop/departure.ts'
import { menuTemplate } from './desktop/menu.ts'
import { addressOf, isElsewhere, mayHave, respond, scheme } from './desktop/page.ts'
import { builtFiles, programRoot, projectArgument, wayToShow } from './desktop/places.ts'
import { utilityWorker } from './desktop/utility-worker.ts'
import { opening, smallest, windowStateFile } from './desktop/window-state.ts'
import { desktopWords, languageOf, type DesktopWords } from './desktop/words.ts'
import type { Host, PickOptions } from './host.ts'
import { modelsFolder, settingsFolder } from './settings-folder.ts'
import { readAssets } from './web/assets.ts'

/**
 * Electron's shell: the application behind one window. It runs as the bundle `out/main/electron.js`
 * only; what can be told apart from Electron lies in `desktop/`.
 */

/** As electron-builder.yml has it. */
const appId = 'shiliu.desktop'
const settings = settingsFolder()
const built = builtFiles(import.meta.dirname)

// What Chromium keeps lies with the program's own settings. The lock below is one of that folder.
const kept = join(settings, 'window')
mkdirSync(kept, { recursive: true })
electron.setPath('userData', kept)
if (process.platform === 'win32') electron.setAppUserModelId(appId)
electron.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

/** Set once the window is there; a file that the system asks for before waits until then. */
let desktop: Desktop | null = null
let wanted = projectArgument(process.argv, process.cwd())

if (electron.requestSingleInstanceLock()) begin()
else electron.quit()

function begin(): void {
  electron.on('second-instance', (_event, args, folder) => want(projectArgument(args, folder)))
  electron.on('open-file', (event, path) => {
    event.preventDefault()
    want(path)
  })
  electron.on('window-all-closed', () => electron.quit())
  electron.on('web-contents-created', (_event, contents) => confine(contents))
  void electron.whenReady().then(start).catch(giveUp)
}

/** Opens a project that the system named, or comes to the front without one. */
function want(path: string | null): void {
  wanted = path ?? wanted
  desktop?.comeForward(take()).catch(giveUp)
}

function take(): string | null {
  const path = wanted
  wanted = null
  return path
}

async function start(): Promise<void> {
  const words = desktopWords[language()]
  const assets = readAssets(built.renderer)
  refuseEverythingElse()
  protocol.handle(scheme, (request) => respond(assets, request))
  desktop = new Desktop(words)
  await desktop.comeForward(take())
}

function giveUp(error: unknown): void {
  dialog.showErrorBox(desktopWords[language()].name, sentence(toRecord(error), language()))
  electron.exit(1)
}

function language() {
  return languageOf(electron.getLocale())
}

/** The window with the application behind it. */
class Desktop {
  readonly #words: DesktopWords
  readonly #window: BrowserWindow
  readonly #app: App
  #visits = 0

  constructor(words: DesktopWords) {
    this.#words = words
    const state = windowStateFile(settings)
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
    const { isMaximized, ...bounds } = opening(state.read(), areas)
    const window = new BrowserWindow({
      ...bounds,
      minWidth: Math.min(smallest.width, bounds.width),
      minHeight: Math.min(smallest.height, bounds.height),
      title: words.name,
      show: false,
      webPreferences: {
        preload: built.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        // Its dictionaries would come from a server.
        spellcheck: false,
        devTools: !electron.isPackaged,
      },
    })
    this.#window = window
    this.#app = openApp(this.#host())
    this.#listen()
    if (isMaximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    window.webContents.on('render-process-gone', () => void this.#restore())
    const departure = this.#departure()
    window.on('close', (event) => {
      state.write({ ...window.getNormalBounds(), isMaximized: window.isMaximized() })
      if (departure.isOver) return
      event.preventDefault()
      departure.begin().catch(giveUp)
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(this.#menu()))
  }

  /** Shows the window, with the project at `path` in it if there is one. */
  async comeForward(path: string | null): Promise<void> {
    if (path !== null && (await this.#opened(path))) this.#visit('data')
    else if (this.#visits === 0) this.#visit('home')
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.focus()
  }

  /** A visit that another one overtakes is rejected, which concerns nobody. */
  #visit(at: 'home' | 'data'): void {
    this.#window.loadURL(addressOf(at, ++this.#visits)).catch(() => undefined)
  }

  /** Opens a project for the system; false where the window stays as it is. */
  async #opened(path: string): Promise<boolean> {
    try {
      const open = await this.#app.call('project.info', {}).catch(() => null)
      if (open?.path === path) return false
      if (!(await this.#mayLose())) return false
      if (this.#app.isBusy && !(await this.#asks(this.#words.stopAndOpen))) return false
      await this.#app.call('project.open', { path })
      return true
    } catch (error) {
      dialog.showErrorBox(this.#words.notOpened, sentence(toRecord(error), language()))
      return false
    }
  }

  /** Whether what runs may be stopped. */
  async #asks(stop: string): Promise<boolean> {
    const { running, runningText, stay } = this.#words
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'question',
      message: running,
      detail: runningText,
      buttons: [stop, stay],
      defaultId: 1,
      cancelId: 1,
      noLink: true,
    })
    return response === 0
  }

  /** Whether what is not saved in the page may be lost: asks where there is anything. */
  async #mayLose(): Promise<boolean> {
    const { unsaved, unsavedText, discard, stay } = this.#words
    if (!(await hasUnsaved(this.#window.webContents))) return true
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'question',
      message: unsaved,
      detail: unsavedText,
      buttons: [discard, stay],
      defaultId: 1,
      cancelId: 1,
      noLink: true,
    })
    return response === 0
  }

  #departure(): Departure {
    return new Departure({
      mayLose: () => this.#mayLose(),
      isBusy: () => this.#app.isBusy,
      ask: () => this.#asks(this.#words.stopAndClose),
      close: () => this.#app.close(),
      end: () => this.#window.close(),
    })
  }

  /** Calls come in on one channel and events go out on another. */
  #listen(): void {
    ipcMain.handle(channels.call, (event, name: unknown, input: unknown, opening: unknown) =>
      askApplication(this.#app, event, name, input, opening),
    )
    for (const event of Object.keys(events) as Event[]) {
      this.#app.on(event, (payload) => {
        if (this.#window.isDestroyed()) return
        this.#window.webContents.send(channels.event, { event, payload })
      })
    }
  }

  #menu() {
    return menuTemplate({
      words: this.#words,
      platform: process.platform,
      isDevelopment: !electron.isPackaged,
      openProject: () => void this.#openFromMenu().catch(giveUp),
    })
  }

  async #openFromMenu(): Promise<void> {
    const path = await this.#pickFile({ title: this.#words.projects, extensions: ['shiliu'] })
    if (path !== null) await this.comeForward(path)
  }

  /** The page's process is gone; the application is not, and gets another page. */
  async #restore(): Promise<void> {
    const { windowLost, windowLostText, reload, quit } = this.#words
    const { response } = await dialog.showMessageBox(this.#window, {
      type: 'error',
      message: windowLost,
      detail: windowLostText,
      buttons: [reload, quit],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    if (response === 0) this.#window.webContents.reload()
    else this.#window.close()
  }

  #host(): Host {
    return {
      kind: 'electron',
      root: programRoot(electron.getAppPath()),
      fileRoots: null,
      settingsFolder: settings,
      modelsFolder: modelsFolder(),
      hasDialogs: true,
      pickFile: (options) => this.#pickFile(options),
      pickFolder: ({ title }) => this.#pick(title, ['openDirectory', 'createDirectory']),
      openPath,
      startWorker: () =>
        utilityWorker(
          utilityProcess.fork(built.worker, [], {
            serviceName: 'Shiliu',
            stdio: ['ignore', 'ignore', 'inherit'],
          }),
        ),
    }
  }

  #pickFile({ title, extensions }: PickOptions): Promise<string | null> {
    const filters = extensions.length === 0 ? [] : [{ name: title, extensions: [...extensions] }]
    return this.#pick(title, ['openFile'], filters)
  }

  async #pick(
    title: string,
    properties: ('openFile' | 'openDirectory' | 'createDirectory')[],
    filters: Electron.FileFilter[] = [],
  ): Promise<string | null> {
    const options = { title, properties, filters }
    const { canceled, filePaths } = await dialog.showOpenDialog(this.#window, options)
    return canceled ? null : (filePaths[0] ?? null)
  }
}

async function openPath(path: string): Promise<void> {
  const way = wayToShow(path)
  if (way === 'gone') fail('files.gone', { path })
  const problem = way === 'open' ? await shell.openPath(path) : ''
  if (way === 'show' || problem !== '') shell.showItemInFolder(path)
}

/**
 * Whether the page would hold back its unloading. A page that does not answer has nothing to lose that
 * could be saved.
 */
async function hasUnsaved(contents: Electron.WebContents): Promise<boolean> {
  const asked = `!dispatchEvent(new Event('beforeunload', { cancelable: true }))`
  const answer = contents.executeJavaScript(asked).catch(() => false) as Promise<boolean>
  return Promise.race([answer, setTimeout(answersWithin, false)])
}

/** In milliseconds. */
const answersWithin = 2000

/** Whatever shows pages shows the interface alone: it goes nowhere but to itself and opens nothing. */
function confine(contents: Electron.WebContents): void {
  const stay = (event: { preventDefault(): void }) => event.preventDefault()
  contents.on('will-navigate', (event) => {
    // A page that begins anew, as after another project was opened, goes where it is.
    if (event.url !== contents.getURL()) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || event.url !== contents.getURL()) event.preventDefault()
  })
  contents.on('will-redirect', stay)
  // What is not saved was asked about before, and a page that begins anew has nothing to save.
  contents.on('will-prevent-unload', stay)
  contents.on('will-attach-webview', stay)
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** No permissions, no devices, and no request that leaves the interface. */
function refuseEverythingElse(): void {
  const own = session.defaultSession
  own.setPermissionRequestHandler((contents, permission, answer) =>
    answer(mayHave(permission, contents.getURL())),
  )
  own.setPermissionCheckHandler((_contents, permission, origin) =>
    mayHave(permission, `${origin}/`),
  )
  own.setDevicePermissionHandler(() => false)
  own.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: isElsewhere(url) }))
}
