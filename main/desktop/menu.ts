import type { MenuItemConstructorOptions } from 'electron'
import type { DesktopWords } from './words.ts'

export interface MenuOptions {
  readonly words: DesktopWords
  readonly platform: NodeJS.Platform
  /** Whether the tools for looking into the page are offered. */
  readonly isDevelopment: boolean
  readonly openProject: () => void
}

const line: MenuItemConstructorOptions = { type: 'separator' }

/**
 * The menus of the window. Undo and redo of labels belong to the page; the menu has those of text
 * fields on macOS alone, where they work through the menu only.
 */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const isMac = options.platform === 'darwin'
  return [
    ...(isMac ? [programMenu(options)] : []),
    fileMenu(options, isMac),
    editMenu(options, isMac),
    viewMenu(options),
    ...(isMac ? [windowMenu(options)] : []),
  ]
}

function programMenu({ words }: MenuOptions): MenuItemConstructorOptions {
  return {
    label: words.name,
    submenu: [
      { role: 'about', label: words.about },
      line,
      { role: 'services', label: words.services },
      line,
      { role: 'hide', label: words.hide },
      { role: 'hideOthers', label: words.hideOthers },
      { role: 'unhide', label: words.unhide },
      line,
      { role: 'quit', label: words.quit },
    ],
  }
}

function fileMenu({ words, openProject }: MenuOptions, isMac: boolean): MenuItemConstructorOptions {
  return {
    label: words.file,
    submenu: [
      { label: words.open, accelerator: 'CmdOrCtrl+O', click: openProject },
      line,
      isMac ? { role: 'close', label: words.close } : { role: 'quit', label: words.quit },
    ],
  }
}

function editMenu({ words }: MenuOptions, isMac: boolean): MenuItemConstructorOptions {
  const ofFields: MenuItemConstructorOptions[] = [
    { role: 'undo', label: words.undo },
    { role: 'redo', label: words.redo },
    line,
  ]
  return {
    label: words.edit,
    submenu: [
      ...(isMac ? ofFields : []),
      { role: 'cut', label: words.cut },
      { role: 'copy', label: words.copy },
      { role: 'paste', label: words.paste },
      { role: 'selectAll', label: words.selectAll },
    ],
  }
}

function viewMenu({ words, isDevelopment }: MenuOptions): MenuItemConstructorOptions {
  const tools: MenuItemConstructorOptions = { role: 'toggleDevTools', label: words.developerTools }
  return {
    label: words.view,
    submenu: [
      { role: 'reload', label: words.reload },
      line,
      { role: 'resetZoom', label: words.actualSize },
      { role: 'zoomIn', label: words.zoomIn },
      { role: 'zoomOut', label: words.zoomOut },
      line,
      { role: 'togglefullscreen', label: words.fullScreen },
      ...(isDevelopment ? [line, tools] : []),
    ],
  }
}

function windowMenu({ words }: MenuOptions): MenuItemConstructorOptions {
  return {
    label: words.window,
    submenu: [
      { role: 'minimize', label: words.minimize },
      { role: 'zoom', label: words.zoom },
    ],
  }
}
