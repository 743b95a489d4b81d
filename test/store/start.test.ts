import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { build, isBuilt } from '../../main/start/build.ts'
import {
  electronProgram,
  fetchElectron,
  mayFetch,
  obstacle,
  showInElectron,
} from '../../main/start/window.ts'
import { tempFolder } from './temp-project.ts'

const linux = { platform: 'linux', user: 1000, environment: { DISPLAY: ':0' } } as const

/** A program whose build tool and whose Electron installer are a few lines. */
function fakeProgram(folder: string): void {
  const tool = `
    const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
    if (readFileSync('renderer/App.svelte', 'utf8').includes('<broken')) {
      console.error('App.svelte: unclosed')
      process.exit(1)
    }
    for (const path of ['main/electron.js', 'preload/index.cjs', 'renderer/index.html']) {
      mkdirSync('out/' + path.split('/')[0], { recursive: true })
      writeFileSync('out/' + path, '')
    }`
  write(folder, 'node_modules/electron-vite/bin/electron-vite.js', tool)
  write(folder, 'node_modules/electron/package.json', '{"version":"1.0.0"}')
  write(folder, 'node_modules/electron/install.js', 'process.exit(1)')
  write(folder, 'main/app.ts', 'export {}')
  write(folder, 'renderer/App.svelte', '<p>')
}

function write(folder: string, path: string, content: string): string {
  const full = join(folder, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, content)
  return full
}

test('the bundles are made again when a source has changed, and only then', async (t) => {
  const folder = tempFolder(t)
  fakeProgram(folder)
  assert.equal(isBuilt(folder), false)
  await build(folder)
  assert.equal(isBuilt(folder), true)
  utimesSync(join(folder, 'main/app.ts'), 0, 0)
  assert.equal(isBuilt(folder), true)
  write(folder, 'main/app.ts', 'export { }')
  assert.equal(isBuilt(folder), false)
  await build(folder)
  write(folder, 'core/new.ts', '')
  assert.equal(isBuilt(folder), false)
})

test('a build that fails says so with what the tool said, and counts as none', async (t) => {
  const folder = tempFolder(t)
  fakeProgram(folder)
  await build(folder)
  write(folder, 'renderer/App.svelte', '<broken')
  await assert.rejects(build(folder), {
    code: 'shell.buildFailed',
    details: { output: 'App.svelte: unclosed' },
  })
  write(folder, 'renderer/App.svelte', '<p>')
  assert.equal(isBuilt(folder), false)
})

test('no window is tried without a screen, nor for root, whom the sandbox refuses', () => {
  assert.equal(obstacle(linux), null)
  assert.equal(obstacle({ ...linux, environment: { DISPLAY: '' } }), 'noScreen')
  assert.equal(obstacle({ ...linux, environment: { WAYLAND_DISPLAY: 'wayland-0' } }), null)
  assert.equal(obstacle({ ...linux, user: 0 }), 'root')
  assert.equal(obstacle({ platform: 'win32', user: undefined, environment: {} }), null)
})

test('Electron is found where it was fetched, or where it is said to be', (t) => {
  const folder = tempFolder(t)
  assert.equal(electronProgram(folder, linux), null)
  const fetched = write(folder, 'node_modules/electron/dist/electron', '')
  assert.equal(electronProgram(folder, linux), fetched)
  const other = write(folder, 'other/electron', '')
  const environment = { ELECTRON_OVERRIDE_DIST_PATH: dirname(other) }
  assert.equal(electronProgram(folder, { ...linux, environment }), other)
})

test('Electron is fetched once for each version', async (t) => {
  const folder = tempFolder(t)
  fakeProgram(folder)
  assert.equal(mayFetch(folder), true)
  await fetchElectron(folder)
  assert.equal(mayFetch(folder), false)
  write(folder, 'node_modules/electron/package.json', '{"version":"1.0.1"}')
  assert.equal(mayFetch(folder), true)
})

test(
  'a program that ends at once with a failure has shown no window',
  { skip: process.platform === 'win32' && 'its programs are no scripts' },
  async (t) => {
    const folder = tempFolder(t)
    const script = (name: string, line: string) => {
      const path = write(folder, name, `#!/bin/sh\n${line}\n`)
      chmodSync(path, 0o755)
      return path
    }
    const shown = script('good', `echo "$@" > ${join(folder, 'args')}`)
    assert.equal(await showInElectron(shown, ['/program', 'a.shiliu']), 0)
    assert.equal(readFileSync(join(folder, 'args'), 'utf8'), '/program a.shiliu\n')
    assert.equal(await showInElectron(script('bad', 'exit 134'), []), null)
    assert.equal(await showInElectron(join(folder, 'none'), []), null)
    assert.equal(await showInElectron(script('late', 'sleep 0.2; exit 3'), [], 0), 3)
  },
)
