import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { channels } from '../core/channels.ts'
import type { ExposedBridge, Incoming } from '../renderer/bridge.ts'

/**
 * What the page may do, and all of it. Files have paths here and need no upload, and the application
 * lives as long as the window, so that the connection is never lost.
 */
const bridge: ExposedBridge = {
  call: (name, input, opening) => ipcRenderer.invoke(channels.call, name, input, opening),
  listen(listener) {
    const hear = (_event: unknown, incoming: Incoming) => listener(incoming)
    ipcRenderer.on(channels.event, hear)
    return () => void ipcRenderer.off(channels.event, hear)
  },
  upload: (file) => Promise.resolve(webUtils.getPathForFile(file)),
  onConnection: () => () => undefined,
}

contextBridge.exposeInMainWorld('shiliu', bridge)
