import { contextBridge, ipcRenderer } from 'electron'

/**
 * The bridge of renderer/bridge.ts over Electron's channels. Events come on one channel; files have
 * paths here and need no upload.
 */
contextBridge.exposeInMainWorld('shiliu', {})
void ipcRenderer
