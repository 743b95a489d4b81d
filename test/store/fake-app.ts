import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import type { Job } from '../../core/records.ts'
import { openApp, type App } from '../../main/app.ts'
import { forkWorker } from '../../main/fork-worker.ts'
import type { Host } from '../../main/host.ts'
import { fakeModel } from '../fixtures/fake-model.ts'
import { tempFolder } from './temp-project.ts'

const entry = resolve(import.meta.dirname, '../fixtures/fake-worker.ts')

/** A shell without anybody in front of it. */
export function testHost(root: string, worker = entry): Host {
  return {
    kind: 'terminal',
    root,
    fileRoots: null,
    settingsFolder: join(root, 'settings'),
    modelsFolder: join(root, 'settings', 'models'),
    hasDialogs: false,
    pickFile: () => Promise.resolve(null),
    pickFolder: () => Promise.resolve(null),
    openPath: () => Promise.resolve(),
    startWorker: () => forkWorker(worker),
  }
}

export interface FakeApp {
  readonly app: App
  readonly folder: string
  readonly path: string
  /** Where the next compute processes die, in order; they live again when all are used up. */
  die(...places: string[]): void
  /** Closes the application and opens the project again, as after a restart. */
  restart(): Promise<App>
}

/** An application with a project and the fake compute process. */
export async function fakeApp(t: TestContext): Promise<FakeApp> {
  const folder = tempFolder(t)
  fakeModel(join(folder, 'resources', 'model'))
  const deaths = join(folder, 'deaths')
  process.env.FAKE_WORKER_DEATHS = deaths
  const path = join(folder, 'p.shiliu')
  let app = openApp(testHost(folder))
  t.after(() => app.close())
  await app.call('project.create', { path })
  await app.call('task.set', definition)
  return {
    app,
    folder,
    path,
    die: (...places) => writeFileSync(deaths, places.join('\n')),
    async restart() {
      await app.close()
      app = openApp(testHost(folder))
      await app.call('project.open', { path })
      return app
    },
  }
}

const definition = {
  classes: [{ name: '好评' }, { name: '差评' }],
  patterns: ['{a}。总之[MASK]。'],
  groups: [
    { name: '甲', words: { 好评: '好', 差评: '差' } },
    { name: '乙', words: { 好评: '棒', 差评: '烂' } },
  ],
}

/** Imports `n` rows with an id, a text and its class as `cat`; every second one is good. */
export async function importTexts(app: App, folder: string, n: number): Promise<Job> {
  const rows = Array.from({ length: n }, (_, i) => {
    const word = i % 2 === 0 ? '好' : '差'
    return `r${i},第${i}条评论：这次买的${(i * 7919) % 1000}号商品真${word}，${'嗯'.repeat(i % 13)},${word}评`
  })
  const path = join(folder, 'texts.csv')
  writeFileSync(path, `id,text,cat\n${rows.join('\n')}\n`)
  const { plan } = await app.call('data.preview', { path })
  return finished(app, await app.call('data.import', { path, plan }))
}

export async function finished(app: App, { job }: { job: number }): Promise<Job> {
  return app.call('jobs.wait', { job })
}
