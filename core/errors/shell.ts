import { entry } from './entry.ts'

export const shellErrors = {
  'shell.notBuilt': entry<{ folder: string }>(
    'environment',
    (d) => `The interface is not built: ${d.folder} has no index.html. Run "npm run build" first.`,
    (d) => `界面尚未构建：${d.folder} 中没有 index.html。请先运行 "npm run build"。`,
  ),
  'shell.noDialogs': entry<Record<string, never>>(
    'environment',
    () => `There is no file dialog here. Choose from the list of files.`,
    () => `这里没有文件对话框，请从文件列表中选择。`,
  ),
  'shell.lost': entry<{ status: number }>(
    'environment',
    (d) =>
      `The program does not answer (${d.status || 'no connection'}). What was saved is safe; look ` +
      `whether it still runs and open its address again.`,
    (d) =>
      `程序没有应答（${d.status || '无连接'}）。已保存的内容不受影响；请检查程序是否仍在运行，并重新打开它的地址。`,
  ),
  'files.outside': entry<{ path: string; root: string }>(
    'input',
    (d) =>
      `${d.path} lies outside ${d.root}, where this program may read and write. Choose a place below ` +
      `it, or start the program with --root.`,
    (d) =>
      `${d.path} 不在本程序可读写的 ${d.root} 之内。请选择其中的位置，或用 --root 重新启动程序。`,
  ),
  'files.notAFolder': entry<{ path: string }>(
    'input',
    (d) => `${d.path} cannot be listed: it is not there, is no folder, or may not be read.`,
    (d) => `无法列出 ${d.path}：它不存在、不是文件夹，或没有读取权限。`,
  ),
}
