import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Answer } from '../../core/contract.ts'
import { openApp } from '../../main/app.ts'
import { contentSecurityPolicy } from '../../main/web/assets.ts'
import { testHost } from '../store/fake-app.ts'
import { noBrowser } from './browser-shell.ts'
import { Desktop, type DesktopOptions, type Served } from './desktop.ts'
import { decide } from './screen.ts'
import { openStandIn } from './stand-in-shell.ts'

/**
 * Electron's shell as it was built, with everything behind it, over a module that stands in for
 * Electron: what the shell asks of Electron, not what Electron then does.
 */

const root = resolve(import.meta.dirname, '../..')

function openDesktop(t: TestContext, options: Partial<DesktopOptions> = {}): Desktop {
  return new Desktop(t, { entry: join(root, 'out/main/electron.js'), appPath: root, ...options })
}

interface Told {
  readonly isSandboxed: boolean
  readonly userData: string
  readonly schemes: unknown
  readonly newWindow: unknown
  readonly window: { readonly webPreferences: Record<string, unknown> }
  readonly visits: readonly string[]
  readonly shown: readonly string[]
  readonly asked: readonly Record<string, unknown>[]
  readonly menu: readonly { readonly label: string }[]
}

test('the window is sandboxed, and its page comes from memory under the policy', async (t) => {
  const desktop = openDesktop(t)
  const told = await desktop.ask<Told>('told')
  const { preload, ...preferences } = told.window.webPreferences
  assert.match(String(preload), /out[/\\]preload[/\\]index\.cjs$/)
  assert.deepEqual(preferences, {
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    spellcheck: false,
    devTools: false,
  })
  assert.ok(told.isSandboxed)
  assert.equal(told.userData, join(desktop.folder, 'settings/window'))
  const page = await desktop.ask<Served>('fetch', told.visits[0]!.split('#')[0]!)
  assert.equal(page.status, 200)
  assert.equal(page.headers['content-security-policy'], contentSecurityPolicy)
  const script = /src="\.?(\/assets\/[^"]+)"/.exec(page.body)![1]!
  const loaded = await desktop.ask<Served>('fetch', `app://shiliu${script}`)
  assert.match(loaded.headers['content-type']!, /^text\/javascript/)
  for (const path of ['shiliu/../package.json', 'shiliu/%2e%2e/package.json', 'evil/index.html']) {
    assert.equal((await desktop.ask<Served>('fetch', `app://${path}`)).status, 404, path)
  }
})

test('the window goes nowhere, opens nothing, and may have nothing but the clipboard', async (t) => {
  const desktop = openDesktop(t)
  for (const way of [
    'will-navigate',
    'will-frame-navigate',
    'will-redirect',
    'will-attach-webview',
  ]) {
    for (const url of ['https://example.com/', 'app://shiliu/index.html?visit=9']) {
      assert.equal(await desktop.ask('allows', way, { url, isMainFrame: true }), false, way)
    }
  }
  const { visits } = await desktop.ask<Told>('told')
  const again = { url: visits.at(-1), isMainFrame: true }
  assert.equal(await desktop.ask('allows', 'will-navigate', again), true)
  assert.equal(await desktop.ask('allows', 'will-frame-navigate', again), true)
  const inside = { ...again, isMainFrame: false }
  assert.equal(await desktop.ask('allows', 'will-frame-navigate', inside), false)
  assert.deepEqual((await desktop.ask<Told>('told')).newWindow, { action: 'deny' })
  for (const name of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal']) {
    assert.equal(await desktop.ask('may', name), false, name)
  }
  assert.equal(await desktop.ask('may', 'clipboard-sanitized-write'), true)
  for (const url of [
    'https://example.com/',
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'WSS://a/',
  ]) {
    assert.equal(await desktop.ask('cancels', url), true, url)
  }
  assert.equal(await desktop.ask('cancels', 'app://shiliu/index.html'), false)
})

test('calls are taken from the main frame of the interface alone, and by their own names', async (t) => {
  const desktop = openDesktop(t)
  const info = await desktop.call('shell.info', {})
  assert.deepEqual([info.kind, info.hasDialogs], ['electron', true])
  for (const frame of ['inner', 'https://evil.example/', 'about:blank', 'app://shiliu.evil/']) {
    await assert.rejects(desktop.ask('call', frame, 'shell.info', {}), /refused/, frame)
  }
  for (const name of ['no.such', '__proto__', 'constructor', 'toString']) {
    await assert.rejects(desktop.ask('call', 'main', name, {}), /refused/, name)
  }
  await assert.rejects(desktop.call('label.undo', { steps: 'x' as never }), {
    code: 'call.badInput',
  })
  await desktop.call('project.create', { path: join(desktop.folder, 'p.shiliu') })
  const { opening } = await desktop.call('project.info', {})
  assert.ok('output' in (await desktop.ask<Answer>('call', 'main', 'label.undo', {}, opening)))
  const stale = await desktop.ask<Answer>('call', 'main', 'label.undo', {}, opening - 1)
  assert.equal('error' in stale && stale.error.code, 'project.other')
})

test("the system's dialogs and file manager are asked, and files are never started", async (t) => {
  const desktop = openDesktop(t)
  await desktop.ask('choose', { response: 0, path: '/chosen' })
  const file = { title: '选择文件', extensions: ['csv'] }
  assert.equal(await desktop.call('shell.pickFile', file), '/chosen')
  await desktop.ask('choose', { response: 0, path: null })
  assert.equal(await desktop.call('shell.pickFolder', { title: '选择文件夹' }), null)
  const script = join(root, 'bin/shiliu.js')
  await desktop.call('shell.openPath', { path: join(root, 'bin') })
  await desktop.call('shell.openPath', { path: script })
  const gone = join(desktop.folder, 'gone')
  await assert.rejects(desktop.call('shell.openPath', { path: gone }), { code: 'files.gone' })
  const { shown, asked, menu } = await desktop.ask<Told>('told')
  assert.deepEqual(shown, [`open ${join(root, 'bin')}`, `show ${script}`])
  assert.deepEqual(asked[0], {
    title: '选择文件',
    properties: ['openFile'],
    filters: [{ name: '选择文件', extensions: ['csv'] }],
  })
  assert.ok(menu.some(({ label }) => label === '编辑'))
})

test('a project that the system opens comes to the window that is there', async (t) => {
  const desktop = openDesktop(t)
  const [first, second] = [join(desktop.folder, '一.shiliu'), join(desktop.folder, 'two.shiliu')]
  for (const path of [first, second]) await makeProject(path)
  await desktop.ask('again', ['shiliu', '--flag', '一.shiliu'], desktop.folder)
  assert.equal(await openedPath(desktop, first), first)
  await desktop.ask('again', ['shiliu', second], '/')
  assert.equal(await openedPath(desktop, second), second)
  const { visits } = await desktop.ask<Told>('told')
  assert.deepEqual(
    visits.map((url) => url.slice(url.indexOf('visit='))),
    ['visit=1', 'visit=2#/data', 'visit=3#/data'],
  )
  await desktop.ask('again', ['shiliu', join(desktop.folder, 'none.shiliu')], '/')
  assert.match(String((await firstAsked(desktop))['text']), /none\.shiliu/)
  assert.equal((await desktop.call('project.info', {})).path, second)
})

test('a project that is named at the start is shown first', async (t) => {
  const made = openDesktop(t)
  const path = join(made.folder, 'p.shiliu')
  await makeProject(path)
  const desktop = openDesktop(t, { args: [path] })
  assert.equal(await openedPath(desktop, path), path)
  const { visits } = await desktop.ask<Told>('told')
  assert.deepEqual(visits.length, 1)
  assert.match(visits[0]!, /#\/data$/)
})

test('closing and opening ask before what is not saved in the page is lost', async (t) => {
  const desktop = openDesktop(t)
  const path = join(desktop.folder, 'p.shiliu')
  await makeProject(path)
  await desktop.ask('edit', true)
  await desktop.ask('choose', { response: 1, path: null })
  await desktop.ask('close')
  await desktop.ask('again', ['shiliu', path], '/')
  while ((await desktop.ask<Told>('told')).asked.length < 2) await setTimeout(50)
  const { asked } = await desktop.ask<Told>('told')
  for (const { buttons } of asked) assert.deepEqual(buttons, ['放弃修改', '留下'])
  await assert.rejects(desktop.call('project.info', {}), { code: 'project.noneOpen' })
  await desktop.ask('choose', { response: 0, path: null })
  await desktop.ask('close')
  assert.equal(await desktop.ended, 0)
})

test('closing asks before it stops a job; stopped, the job keeps its checkpoint', async (t) => {
  const desktop = openDesktop(t)
  await desktop.call('project.createSample', { folder: desktop.folder })
  const project = await desktop.call('project.info', {})
  await desktop.call('label.fromColumn', { column: 'label', perClass: 4 })
  await desktop.call('train.start', { recipe: { steps: 5000, batch: 2 }, threads: 1 })
  await desktop.ask('close')
  const { asked } = await desktop.ask<Told>('told')
  assert.deepEqual(asked[0]!['buttons'], ['停止并关闭', '留下'])
  const [staying] = await desktop.call('jobs.list', {})
  assert.ok(staying!.state === 'queued' || staying!.state === 'running')
  await stepped(desktop)
  await desktop.ask('choose', { response: 0, path: null })
  await desktop.ask('close')
  assert.equal(await desktop.ended, 0)
  const state = readFileSync(join(desktop.folder, 'settings/window.json'), 'utf8')
  assert.deepEqual(JSON.parse(state), {
    x: 10,
    y: 20,
    width: 1300,
    height: 810,
    isMaximized: false,
  })
  const app = openApp(testHost(desktop.folder))
  t.after(() => app.close())
  await app.call('project.open', { path: project.path })
  const [job] = await app.call('jobs.list', {})
  assert.deepEqual([job!.kind, job!.state], ['train', 'cancelled'])
})

test(
  'the interface runs over the bridge that the preload script exposes, with the dialogs of the system',
  { skip: noBrowser },
  async (t) => {
    const { page, app, folder, pick } = await openStandIn(t)
    const exposed = await page.evaluate(() =>
      Object.keys(window['shiliu' as never] as object).sort(),
    )
    assert.deepEqual(exposed, ['call', 'listen', 'onConnection', 'upload'])
    await pick(() => page.getByRole('button', { name: 'New project' }).click(), folder)
    await page.locator(`.titlebar [title^="${folder}"]`).waitFor()
    await page.locator('.titlebar .project').click()
    await page.getByRole('button', { name: 'Try the sample' }).click()
    await page.locator('.stage:focus').waitFor()
    await decide(page, '1')
    await page.getByRole('link', { name: 'Label 1 / 32' }).waitFor()
    // What another labels is heard of.
    await app.call('label.fromColumn', { column: 'label', perClass: 16 })
    await page.getByRole('link', { name: 'Label 32 / 32' }).waitFor()
  },
)

async function makeProject(path: string): Promise<void> {
  const app = openApp(testHost(resolve(path, '..')))
  await app.call('project.create', { path })
  await app.close()
}

/** The path of the open project, once it is the one that is waited for. */
async function openedPath(desktop: Desktop, path: string): Promise<string> {
  for (;;) {
    const info = await desktop.call('project.info', {}).catch(() => null)
    const { visits } = await desktop.ask<Told>('told')
    if (info?.path === path && visits.at(-1)!.endsWith('#/data')) return info.path
    await setTimeout(50)
  }
}

/** What the user was told or asked first, once there is something. */
async function firstAsked(desktop: Desktop): Promise<Record<string, unknown>> {
  for (;;) {
    const { asked } = await desktop.ask<Told>('told')
    if (asked.length > 0) return asked[0]!
    await setTimeout(50)
  }
}

/** Until a training has done a step. */
function stepped(desktop: Desktop): Promise<void> {
  return new Promise((done) =>
    desktop.onSent((_channel, message) => {
      const { event } = message as { event: string }
      if (event === 'job.step' && JSON.stringify(message).includes('"train"')) done()
    }),
  )
}
