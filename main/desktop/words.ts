import type { Language } from '../../core/errors.ts'

const zh = {
  name: '石榴',
  about: '关于石榴',
  services: '服务',
  hide: '隐藏石榴',
  hideOthers: '隐藏其他',
  unhide: '全部显示',
  quit: '退出石榴',
  file: '文件',
  open: '打开项目…',
  close: '关闭窗口',
  edit: '编辑',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  selectAll: '全选',
  view: '视图',
  reload: '重新载入界面',
  actualSize: '实际大小',
  zoomIn: '放大',
  zoomOut: '缩小',
  fullScreen: '全屏',
  developerTools: '开发者工具',
  window: '窗口',
  minimize: '最小化',
  zoom: '缩放',
  projects: '石榴项目',
  running: '有任务正在运行。',
  runningText: '停止后会保留最近的检查点，以后可以继续。',
  stopAndClose: '停止并关闭',
  stopAndOpen: '停止并打开',
  stay: '留下',
  notOpened: '无法打开项目',
  windowLost: '界面意外结束。',
  windowLostText: '标注均已保存，正在运行的任务不受影响。',
}

const en: typeof zh = {
  name: 'Shiliu',
  about: 'About Shiliu',
  services: 'Services',
  hide: 'Hide Shiliu',
  hideOthers: 'Hide Others',
  unhide: 'Show All',
  quit: 'Quit Shiliu',
  file: 'File',
  open: 'Open Project…',
  close: 'Close Window',
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select All',
  view: 'View',
  reload: 'Reload Interface',
  actualSize: 'Actual Size',
  zoomIn: 'Zoom In',
  zoomOut: 'Zoom Out',
  fullScreen: 'Full Screen',
  developerTools: 'Developer Tools',
  window: 'Window',
  minimize: 'Minimize',
  zoom: 'Zoom',
  projects: 'Shiliu projects',
  running: 'A job is running.',
  runningText: 'If it stops, it keeps its last checkpoint and can be taken up again.',
  stopAndClose: 'Stop and Close',
  stopAndOpen: 'Stop and Open',
  stay: 'Stay',
  notOpened: 'The project could not be opened',
  windowLost: 'The interface ended unexpectedly.',
  windowLostText: 'All labels are saved, and a running job goes on.',
}

export type DesktopWords = typeof zh

/** What the system's own menus and dialogs say. */
export const desktopWords: Readonly<Record<Language, DesktopWords>> = { zh, en }

/** The language of a locale such as `zh-CN`. */
export function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
