import { statSync } from 'node:fs'
import { extname, join, resolve, sep } from 'node:path'

/**
 * The folder with the files of the program that lie on the disk as they are: beside the archive in a
 * packaged program, the archive's own folder otherwise. `appPath` is where Electron found the program.
 */
export function programRoot(appPath: string): string {
  return appPath.endsWith(`${sep}app.asar`) ? `${appPath}.unpacked` : appPath
}

/** The project file that the system asks to open: the first argument that is one. */
export function projectArgument(args: readonly string[], folder: string): string | null {
  const found = args.slice(1).find((arg) => !arg.startsWith('-') && extname(arg) === '.shiliu')
  return found === undefined ? null : resolve(folder, found)
}

/**
 * How a path is shown: a folder is opened, a file is shown in its folder and never started. A folder
 * with an extension may be a program on macOS and is shown like a file.
 */
export function wayToShow(path: string, platform = process.platform): 'open' | 'show' | 'gone' {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return 'gone'
  const mayBeProgram = platform === 'darwin' && extname(path) !== ''
  return found.isDirectory() && !mayBeProgram ? 'open' : 'show'
}

/** The files that were built beside this program's own bundle, `out/main/electron.js`. */
export function builtFiles(folder: string) {
  return {
    worker: join(folder, 'worker.js'),
    preload: join(folder, '../preload/index.cjs'),
    renderer: join(folder, '../renderer'),
  }
}
