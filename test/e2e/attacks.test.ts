import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { calls, type Call } from '../../core/contract.ts'
import { ask, callOver, openDoor, type Door } from './door.ts'
import { noWindow, openInterface } from './interface.ts'

/** The door of the browser shell, tried from outside with every byte of a request in our hands. */

const info = 'shell.info'

test('an honest page is let in, so that what follows is refused for its own reason', async (t) => {
  const door = await openDoor(t)
  const reply = await callOver(door, info, {})
  assert.equal(reply.status, 200)
  assert.match(reply.body, /"kind":"browser"/)
  assert.equal(await knock(door, {}), 'open')
})

test('a request that was addressed to another name is refused, whatever it brings', async (t) => {
  const door = await openDoor(t)
  const { port, honest } = door
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', '127.0.0.1:1']) {
    const forged = { ...honest, host, origin: `http://${host}` }
    assert.equal((await callOver(door, info, {}, forged)).status, 421, host)
    assert.equal((await ask(port, '/', { headers: forged })).status, 421, host)
    assert.equal(await knock(door, { host, origin: `http://${host}` }), 403, host)
  }
})

test('a call or a socket from a foreign origin, or from none, is refused', async (t) => {
  const door = await openDoor(t)
  const { origin: _origin, ...none } = door.honest
  assert.equal((await callOver(door, info, {}, none)).status, 403)
  assert.equal(await knock(door, { origin: undefined }), 403)
  const foreign = [
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    `https://127.0.0.1:${door.port}`,
  ]
  for (const origin of foreign) {
    const forged = { ...door.honest, origin }
    assert.equal((await callOver(door, info, {}, forged)).status, 403, origin)
    assert.equal(await knock(door, { origin }), 403, origin)
  }
})

test('a token opens the door once, and a wrong or missing one never', async (t) => {
  const { serving, port } = await openDoor(t)
  const { pathname, search } = new URL(serving.invite())
  assert.equal((await ask(port, '/')).status, 403)
  for (const wrong of ['/?token=', '/?token=x', `/?token=${search.slice(7, -1)}`]) {
    const reply = await ask(port, wrong)
    assert.deepEqual([reply.status, reply.headers['set-cookie']], [403, undefined], wrong)
  }
  const first = await ask(port, pathname + search)
  assert.deepEqual([first.status, first.headers.location], [303, '/'])
  assert.match(first.headers['set-cookie']![0]!, /; Path=\/; HttpOnly; SameSite=Strict$/)
  const second = await ask(port, pathname + search)
  assert.deepEqual([second.status, second.headers['set-cookie']], [403, undefined])
})

test('a second invitation leaves the pages of a browser that is in already as they are', async (t) => {
  const door = await openDoor(t)
  const { pathname, search } = new URL(door.serving.invite())
  const { cookie } = door
  const again = await ask(door.port, pathname + search, { headers: { cookie } })
  assert.deepEqual([again.status, again.headers['set-cookie']], [303, undefined])
  assert.equal((await callOver(door, info, {})).status, 200)
  const forged = { cookie: `shiliu-${door.port}=${'x'.repeat(43)}` }
  const stranger = await ask(door.port, new URL(door.serving.invite()).search.replace(/^/, '/'), {
    headers: forged,
  })
  assert.equal(stranger.headers['set-cookie']?.length, 1)
})

test('a call or a socket without the token of a page of the same session is refused', async (t) => {
  const door = await openDoor(t)
  const other = await ask(door.port, new URL(door.serving.invite()).search.replace(/^/, '/'))
  const cookie = other.headers['set-cookie']![0]!.split(';')[0]!
  const { 'x-shiliu-page': _page, ...none } = door.honest
  for (const forged of [
    none,
    { ...none, 'x-shiliu-page': '' },
    { ...none, 'x-shiliu-page': 'x'.repeat(43) },
    { ...door.honest, cookie },
  ]) {
    assert.equal((await callOver(door, info, {}, forged)).status, 403)
  }
  assert.equal(await knock(door, { page: 'x'.repeat(43) }), 403)
  assert.equal(await knock(door, { cookie }), 403)
})

test("a page's token is worth nothing without the cookie, and another port's cookie is none", async (t) => {
  const [door, other] = [await openDoor(t), await openDoor(t)]
  const { cookie: _cookie, ...none } = door.honest
  const renamed = other.cookie.replace(/^shiliu-\d+/, `shiliu-${door.port}`)
  for (const headers of [none, { ...none, cookie: other.cookie }, { ...none, cookie: renamed }]) {
    assert.equal((await callOver(door, info, {}, headers)).status, 403)
  }
  assert.equal(await knock(door, { cookie: other.cookie }), 403)
  const both = `${other.cookie}; ${door.cookie}`
  assert.equal((await callOver(door, info, {}, { ...none, cookie: both })).status, 200)
})

test('assets are read from memory: no spelling of a path leads to a file', async (t) => {
  const { port, cookie } = await openDoor(t)
  const paths = [
    '/../package.json',
    '/assets/../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/..%2f..%2fpackage.json',
    '/..\\..\\package.json',
    '/..%5c..%5cpackage.json',
    '//etc/passwd',
    '/index.html%00.js',
    '/__proto__',
    '/constructor',
  ]
  for (const path of paths) {
    assert.equal((await ask(port, path, { headers: { cookie } })).status, 404, path)
    assert.equal((await ask(port, path)).status, 403, path)
  }
})

test('what is no request of a browser is refused and ends nothing', async (t) => {
  const door = await openDoor(t)
  const { port, honest } = door
  assert.equal((await ask(port, 'http://evil.example/', { headers: honest })).status, 400)
  assert.equal((await ask(port, '/', { method: 'DELETE', headers: honest })).status, 405)
  assert.equal((await ask(port, '/', { method: 'OPTIONS', headers: honest })).status, 405)
  const torn = { method: 'POST', headers: honest, body: '{"a":' }
  assert.equal((await ask(port, `/call/${info}`, torn)).status, 400)
  await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
  await sendRaw(port, 'GET / HTTP/1.0\r\n\r\n')
  await sendRaw(port, 'UPGRADE\0\r\n\r\n')
  assert.equal((await callOver(door, info, {})).status, 200)
})

test('a body that is too large is refused before it is kept, announced or not', async (t) => {
  const { port, honest } = await openDoor(t)
  const path = `/call/${info}`
  const body = Buffer.alloc((16 << 20) + 1, ' ')
  assert.equal((await ask(port, path, { method: 'POST', headers: honest, body })).status, 413)
  const headers = { ...honest, 'transfer-encoding': 'chunked' }
  assert.equal((await ask(port, path, { method: 'POST', headers, body })).status, 413)
})

test('calls that are unknown, or named like what every object has, are not found', async (t) => {
  const door = await openDoor(t)
  const names = [
    'no.such',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'shell.info/x',
  ]
  for (const name of names) {
    assert.equal((await callOver(door, name, {})).status, 404, name)
  }
  const poisoned = '{"__proto__":{"kind":"evil"},"constructor":{"prototype":{"kind":"evil"}}}'
  const asked = { method: 'POST', headers: door.honest, body: poisoned }
  assert.match((await ask(door.port, `/call/${info}`, asked)).body, /"kind":"browser"/)
  assert.equal(({} as { kind?: string }).kind, undefined)
})

test('an upload lies in the folder of uploads under a plain name', async (t) => {
  const door = await openDoor(t)
  const names = [
    '../../evil.csv',
    '..\\..\\evil.csv',
    '/etc/passwd',
    '....//evil.csv',
    'a\0b.csv',
    'x:stream.csv',
    `${'长'.repeat(400)}.csv`,
    '..',
    '',
  ]
  for (const name of names) {
    const path = `/upload?name=${encodeURIComponent(name)}`
    const asked = { method: 'POST', headers: door.honest, body: 'text\n好' }
    const { output } = JSON.parse((await ask(door.port, path, asked)).body) as { output: string }
    assert.match(dirname(output), /shiliu-upload-\w+\/\d+-\w+$/, name)
    assert.equal(readFileSync(output, 'utf8'), 'text\n好')
    const looked = await callOver(door, 'data.preview', { path: output })
    assert.match(looked.body, /^\{"output"/, name)
  }
})

test('no call reads or writes outside the root, however the path is spelled', async (t) => {
  const door = await openDoor(t)
  const { folder, outside, serving } = door
  writeFileSync(join(outside, 'secret.csv'), 'text\n好\n')
  symlinkSync(outside, join(folder, 'link'))
  symlinkSync(join(outside, 'new'), join(folder, 'dangling'))
  await serving.app.call('project.create', { path: join(folder, 'own.shiliu') })
  await serving.app.call('task.set', definition)
  const before = readdirSync(outside)
  const spellings = ['../outside', 'link', 'link/../../outside', 'dangling'].map(
    (s) => `${folder}/${s}`,
  )
  for (const place of [outside, ...spellings, '/etc', 'relative', '']) {
    for (const [name, input] of namings(place, folder)) {
      const { status, body } = await callOver(door, name, input)
      const { error } = JSON.parse(body) as { error?: { code: string } }
      const isRefused = ['files.outside', 'call.badInput'].includes(error?.code ?? '')
      assert.ok(status === 200 && isRefused, `${name} ${JSON.stringify(input)}: ${body}`)
    }
  }
  assert.deepEqual(readdirSync(outside), before)
  assert.ok(!existsSync(join(outside, 'new')))
})

test('the calls that were tried with paths are all that take any', () => {
  const tried = new Set(namings('', '').map(([name]) => name))
  // It only takes a line off the list of recent projects.
  tried.add('recent.forget')
  const taking = (Object.keys(calls) as Call[]).filter((name) => namesPaths(calls[name].input))
  assert.deepEqual(
    taking.filter((name) => !tried.has(name)),
    [],
  )
  assert.deepEqual(
    [...tried].filter((name) => !taking.includes(name)),
    [],
  )
})

test('a script in a name is answered as data, under a policy that runs no inline script', async (t) => {
  const door = await openDoor(t)
  const input = { path: join(door.folder, 'x.shiliu'), name: script }
  const { headers, body } = await callOver(door, 'project.create', input)
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal((JSON.parse(body) as { output: { name: string } }).output.name, script)
  const page = await ask(door.port, '/', { headers: { cookie: door.cookie } })
  assert.ok(!page.body.includes('alert'))
  assert.match(
    String(page.headers['content-security-policy']),
    /default-src 'none'; script-src 'self';/,
  )
})

test('a script in a name is shown as it is written', { skip: noWindow }, async (t) => {
  const { page, app, folder } = await openInterface(t)
  await app.call('project.create', { path: join(folder, 'x.shiliu'), name: script })
  await page.reload()
  await page.locator('.titlebar .project', { hasText: script }).waitFor()
  assert.equal(await page.locator('.titlebar img').count(), 0)
})

const script = `<img src=x onerror="alert(1)"></script><script>alert(2)</script>`

const definition = {
  classes: [{ name: '好评' }, { name: '差评' }],
  patterns: ['{a}。总之[MASK]。'],
  groups: [{ name: '甲', words: { 好评: '好', 差评: '差' } }],
}

/** Every call that takes paths, once for each of them, with all else as it should be. */
function namings(path: string, inside: string): readonly (readonly [Call, unknown])[] {
  const file = { kind: 'file', path: inside, plan, out: inside }
  const evaluate = { fewclue: inside, task: 'x', splits: [0], final: false, workFolder: inside }
  const pretrain = {
    corpus: [{ path: inside, weight: 1 }],
    start: { base: inside },
    settings,
    workFolder: inside,
    out: inside,
  }
  return [
    ['files.list', { folder: path }],
    ['shell.openPath', { path }],
    ['project.create', { path: join(path, 'x.shiliu') }],
    ['project.createSample', { folder: path }],
    ['project.open', { path: join(path, 'x.shiliu') }],
    ['data.preview', { path: join(path, 'secret.csv') }],
    ['data.import', { path: join(path, 'secret.csv'), plan }],
    ['task.check', { definition, base: path }],
    ['assist.pattern', { definition, base: path, text: { a: 'x' } }],
    ['train.plan', { base: path }],
    ['train.start', { base: path }],
    ['train.memory', { base: path }],
    ['export.start', { folder: join(path, 'out') }],
    ['export.files', { folder: path }],
    ['export.verify', { folder: path }],
    ['predict.start', { folder: path, source: { kind: 'texts', texts: [{ a: '好' }] } }],
    ['predict.start', { folder: inside, source: { ...file, path } }],
    ['predict.start', { folder: inside, source: { ...file, out: path } }],
    ['evaluate.start', { ...evaluate, fewclue: path }],
    ['evaluate.start', { ...evaluate, base: path }],
    ['evaluate.start', { ...evaluate, workFolder: path }],
    ['pretrain.start', { ...pretrain, corpus: [{ path, weight: 1 }] }],
    ['pretrain.start', { ...pretrain, start: { base: path } }],
    ['pretrain.start', { ...pretrain, workFolder: path }],
    ['pretrain.start', { ...pretrain, out: path }],
    ['devices.measure', { device: 'cpu', base: path }],
    ['doctor.check', { base: path }],
    ['models.add', { folder: path }],
  ]
}

const plan = {
  format: 'csv',
  delimiter: ',',
  quoted: true,
  header: true,
  text: 'text',
  textB: null,
  id: null,
  label: null,
  encoding: 'utf-8',
  undecodable: 'refuse',
}

const settings = {
  steps: 1,
  learningRate: 1e-3,
  warmup: 0,
  weightDecay: 0,
  maskRate: 0.15,
  wholeWords: 1,
  dropout: 0,
  shapes: [{ batch: 1, tokens: 16, share: 1 }],
  seed: 1,
  heldOut: 0,
}

const pathKeys = /^(path|folder|out|base|fewclue|workFolder)$/

/** Whether a schema has a key anywhere that names a file or folder. */
function namesPaths(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  if (Array.isArray(schema)) return schema.some(namesPaths)
  const { entries, options, item, wrapped, pipe } = schema as Record<string, unknown>
  const keys = Object.entries((entries ?? {}) as Record<string, unknown>)
  // The pipe of a schema begins with itself.
  const inner = [options, item, wrapped, Array.isArray(pipe) ? pipe.slice(1) : undefined]
  return (
    keys.some(([key, value]) => pathKeys.test(key) || namesPaths(value)) || inner.some(namesPaths)
  )
}

interface Knock {
  readonly host?: string
  readonly origin?: string | undefined
  readonly cookie?: string
  readonly page?: string
}

/** Asks for the socket of events as an honest page would, but for what is given: its status, or `open`. */
function knock(door: Door, forged: Knock): Promise<number | 'open'> {
  const { host = `127.0.0.1:${door.port}`, origin, cookie, page } = { ...door, ...forged }
  const headers = { host, cookie, ...(origin === undefined ? {} : { origin }) }
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}/events`, ['shiliu', page], { headers })
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.close()
      resolve('open')
    })
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode!)
    })
    socket.on('error', reject)
  })
}

/** Sends bytes that no client would send, and waits until the server has hung up. */
function sendRaw(port: number, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.resume()
    socket.on('close', () => resolve())
    socket.on('error', () => undefined)
  })
}
