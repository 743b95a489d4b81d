import { entry } from './entry.ts'

export const shellErrors = {
  'shell.notBuilt': entry<{ folder: string }>(
    'environment',
    (d) => `The interface is not built: ${d.folder} has no index.html. Run "npm run build" first.`,
    (d) => `界面还没有构建：${d.folder} 里没有 index.html。先运行“npm run build”。`,
  ),
  'shell.buildFailed': entry<{ output: string }>(
    'environment',
    (d) =>
      `The interface could not be built, and nothing was started. The build said:\n${d.output}\n` +
      `Run "npm ci" and try again.`,
    (d) => `界面没有构建成，程序没有启动。构建输出：\n${d.output}\n运行“npm ci”，然后再试。`,
  ),
  'shell.noDialogs': entry<Record<string, never>>(
    'environment',
    () => `There is no file dialog here. Choose from the list of files.`,
    () => `这里没有文件对话框。从文件列表里选。`,
  ),
  'shell.lost': entry<{ status: number }>(
    'environment',
    (d) =>
      `The program does not answer (${d.status || 'no connection'}). What was saved is safe; look ` +
      `whether it still runs and open its address again.`,
    (d) =>
      `程序没有应答（${d.status || '没有连接'}）。已保存的都在；看看程序是否还在运行，再打开它的地址。`,
  ),
  'files.outside': entry<{ path: string; root: string }>(
    'input',
    (d) =>
      `${d.path} was not touched: it lies outside ${d.root}, where this program may read and write. ` +
      `Choose a place below that folder, or allow another folder when the program is started.`,
    (d) =>
      `没有读写 ${d.path}：它不在 ${d.root} 里，程序只能读写那里。在其中选一个位置，或在启动程序时指定别的文件夹。`,
  ),
  'files.gone': entry<{ path: string }>(
    'input',
    (d) => `${d.path} cannot be shown: it is no longer there. Look where it was moved to.`,
    (d) => `无法显示 ${d.path}：它已经不在了。看看它被移到了哪里。`,
  ),
  'files.noPath': entry<{ name: string }>(
    'input',
    (d) => `${d.name} was not read: it is no file on this machine. Save it first, then choose it.`,
    (d) => `没有读取 ${d.name}：它不是本机上的文件。先存到本机，再选它。`,
  ),
  'files.notAFolder': entry<{ path: string }>(
    'input',
    (d) =>
      `${d.path} cannot be listed: it is not there, is no folder, or may not be read. Choose another ` +
      `folder.`,
    (d) => `无法列出 ${d.path}：它不存在、不是文件夹，或没有读取权限。另选一个文件夹。`,
  ),
}
