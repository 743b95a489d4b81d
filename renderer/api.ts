import type { Bridge, ExposedBridge } from './bridge.ts'
import { desktopBridge } from './desktop-bridge.ts'
import { webBridge } from './web-bridge.ts'

declare global {
  interface Window {
    /** Electron's preload script puts it there. */
    readonly shiliu?: ExposedBridge
  }
}

/** The application, as the interface sees it. */
export const api: Bridge = window.shiliu ? desktopBridge(window.shiliu) : webBridge()
