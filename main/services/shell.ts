import { readdirSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism, freemem, homedir, totalmem } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fail } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import type { FolderEntry } from '../../core/records.ts'
import { companionsOf } from '../store/open.ts'
import { recentEntry } from './recent-entry.ts'
import type { Session } from './session.ts'

/** What the program runs in, its files and the projects that it has seen. */
export function shellService(session: Session) {
  const { host, recent } = session
  const home = host.fileRoots?.[0] ?? homedir()
  const pickFile: Handler<'shell.pickFile'> = (options) => {
    return host.hasDialogs ? host.pickFile(options) : fail('shell.noDialogs', {})
  }
  const pickFolder: Handler<'shell.pickFolder'> = (options) => {
    return host.hasDialogs ? host.pickFolder(options) : fail('shell.noDialogs', {})
  }
  const openPath: Handler<'shell.openPath'> = async ({ path }) => {
    await host.openPath(session.place(path))
    return null
  }
  const list: Handler<'files.list'> = ({ folder: named, extensions }) => {
    const folder = session.place(named ?? home)
    return {
      folder,
      parent:
        host.fileRoots?.includes(folder) || dirname(folder) === folder ? null : dirname(folder),
      entries: entriesOf(folder).filter(
        ({ isFolder, name }) => isFolder || isOneOf(extensions, name),
      ),
    }
  }
  const forget: Handler<'recent.forget'> = ({ path }) => {
    recent.forget(path)
    return recent.list()
  }
  return {
    'shell.info': () => ({
      kind: host.kind,
      platform: process.platform,
      version: programVersion(host.root),
      home,
      hasDialogs: host.hasDialogs,
      cores: availableParallelism(),
      memory: { total: totalmem(), free: freemem() },
    }),
    'shell.pickFile': pickFile,
    'shell.pickFolder': pickFolder,
    'shell.openPath': openPath,
    'files.list': list,
    'recent.list': async () => {
      // The open project has gone on since it was opened.
      if (session.openProject) recent.remember(await recentEntry(session.openProject))
      return recent.list()
    },
    'recent.forget': forget,
  }
}

/**
 * Folders first, then by name; hidden ones, those that cannot be looked at and what lies beside a
 * project for its own use are left out.
 */
function entriesOf(folder: string): FolderEntry[] {
  const names = readable(folder)
  const companions = new Set(names.flatMap((name) => companionsOf(name)))
  const entries = names.flatMap((name): FolderEntry[] => {
    if (name.startsWith('.') || companions.has(name)) return []
    const path = join(folder, name)
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found || !(found.isDirectory() || found.isFile())) return []
    const { size: bytes, mtimeMs: modifiedAt } = found
    return [{ name, path, isFolder: found.isDirectory(), bytes, modifiedAt }]
  })
  const order = new Intl.Collator('zh', { numeric: true })
  return entries.sort(
    (a, b) => Number(b.isFolder) - Number(a.isFolder) || order.compare(a.name, b.name),
  )
}

function readable(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return fail('files.notAFolder', { path: folder })
  }
}

function isOneOf(extensions: readonly string[], name: string): boolean {
  return extensions.length === 0 || extensions.includes(extname(name).slice(1).toLowerCase())
}

function programVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
    .version
}
