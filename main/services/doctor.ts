import { existsSync, statfsSync } from 'node:fs'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import { sentence, toRecord } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import type { Finding } from '../../core/records.ts'
import type { Host } from '../host.ts'
import type { OpenProject } from '../store/open.ts'
import { checkFileAside } from '../store/in-model-thread.ts'
import { first, sql } from '../store/sql.ts'
import { openScratch } from '../store/open.ts'
import { SafetensorsFile } from '../store/safetensors.ts'
import { weightsFile } from '../store/models.ts'
import type { Session } from './session.ts'

/** Looks at everything that the program needs, and says what is missing. */
export function doctorService(session: Session) {
  const check: Handler<'doctor.check'> = async ({ base }) => {
    const project = session.openProject
    const folder = session.baseFolder(base)
    return [
      found('Node', () => `${process.version}, ${process.platform} ${process.arch}`),
      found('memory', () => memory()),
      found('SQLite', sqliteVersion),
      await worker(session.host),
      found('base model', () => modelSize(folder)),
      ...(project ? [await wholeness(project), disk(project)] : []),
    ]
  }
  return { 'doctor.check': check }
}

function found(about: string, look: () => string): Finding {
  try {
    return { about, isGood: true, detail: look() }
  } catch (error) {
    return { about, isGood: false, detail: sentence(toRecord(error), 'en') }
  }
}

const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`

function memory(): string {
  return `${gigabytes(freemem())} free of ${gigabytes(totalmem())}, ${availableParallelism()} threads`
}

function sqliteVersion(): string {
  const db = openScratch()
  const row = first<{ version: string }>(db, sql`SELECT sqlite_version() AS version`)
  db.close()
  return row!.version
}

function modelSize(folder: string): string {
  const weights = new SafetensorsFile(join(folder, weightsFile))
  const bytes = weights.tensors.at(-1)?.end ?? 0
  weights.close()
  return `${folder}, ${weights.tensors.length} tensors, ${(bytes / 1e6).toFixed(1)} MB`
}

/** Reads the whole file, in a thread of its own. */
async function wholeness(project: OpenProject): Promise<Finding> {
  const problem = await checkFileAside(project)
  return found('project file', () => {
    if (problem !== '') throw new Error(problem)
    return `${project.path}, whole`
  })
}

function disk({ path }: OpenProject): Finding {
  return found('disk', () => {
    const { bavail, bsize } = statfsSync(existsSync(path) ? path : '.')
    return `${gigabytes(bavail * bsize)} free`
  })
}

/** Whether the compute process starts and loads its libraries. */
function worker(host: Host): Promise<Finding> {
  const about = 'compute process'
  return new Promise((done) => {
    const process = host.startWorker()
    process.onMessage(() => {
      done({ about, isGood: true, detail: 'starts' })
      process.kill()
    })
    process.onExit(({ code, signal }) => {
      done({ about, isGood: false, detail: `ended with ${signal ?? `code ${code}`}` })
    })
  })
}
