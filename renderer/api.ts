import type { Bridge } from './bridge.ts'
import { webBridge } from './web-bridge.ts'

declare global {
  interface Window {
    /** Electron's preload script puts it there. */
    readonly shiliu?: Bridge
  }
}

/** The application, as the interface sees it. */
export const api: Bridge = window.shiliu ?? webBridge()
