import type { Language } from '../../core/errors.ts'
import type { Obstacle } from './window.ts'

interface StartWords {
  readonly building: string
  readonly fetching: string
  readonly inBrowser: Readonly<Record<Obstacle, string>>
}

/** What `npm start` says on its way to a window. */
export const startWords: Readonly<Record<Language, StartWords>> = {
  zh: {
    building: '正在构建界面……',
    fetching: '正在获取 Electron，最多一分钟，只试一次……',
    inBrowser: {
      noScreen: '此处没有可显示窗口的屏幕，改用浏览器界面。',
      root: 'Electron 不能以 root 用户打开窗口，改用浏览器界面。',
      absent: '本机没有 Electron（运行 "npx install-electron" 可获取），改用浏览器界面。',
      failed: 'Electron 未能启动，改用浏览器界面。',
    },
  },
  en: {
    building: 'Building the interface ...',
    fetching: 'Fetching Electron, a minute at most and only this once ...',
    inBrowser: {
      noScreen: 'There is no screen here for a window: using the browser instead.',
      root: 'Electron opens no window for root: using the browser instead.',
      absent:
        'Electron is not on this machine ("npx install-electron" fetches it): using the browser instead.',
      failed: 'Electron did not start: using the browser instead.',
    },
  },
}
