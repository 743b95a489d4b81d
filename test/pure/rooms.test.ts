import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, test } from 'node:test'

/**
 * The house of docs/architecture.md: what each room may import. A package that is not listed fails,
 * so a dependency is always a decision.
 */
interface Room {
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
  readonly node: boolean
}

const house: Record<string, Room> = {
  core: { rooms: [], packages: ['valibot'], node: false },
  engine: { rooms: ['core'], packages: [], node: false },
  learn: {
    rooms: ['core', 'engine'],
    packages: ['@huggingface/tokenizers', 'valibot'],
    node: false,
  },
  worker: {
    rooms: ['core', 'engine', 'learn'],
    packages: [
      'onnxruntime-node',
      '@node-rs/jieba',
      '@huggingface/tokenizers',
      '@huggingface/transformers',
      // Its types alone; what runs is the build that somebody has installed.
      '@tensorflow/tfjs-core',
      'valibot',
    ],
    node: true,
  },
  main: {
    rooms: ['core'],
    packages: ['better-sqlite3', 'chardet', 'commander', 'electron', 'iconv-lite', 'valibot', 'ws'],
    node: true,
  },
  // The bridge that it exposes is the one that the interface is written against.
  preload: { rooms: ['core', 'renderer'], packages: ['electron'], node: false },
  renderer: {
    rooms: ['core'],
    packages: ['svelte', 'bits-ui', '@tanstack/svelte-virtual', '@lucide/svelte'],
    node: false,
  },
  test: {
    rooms: ['core', 'engine', 'learn', 'worker', 'main', 'bench'],
    packages: [
      'onnxruntime-node',
      'better-sqlite3',
      'csv-parse',
      'electron-builder',
      'playwright-core',
      'axe-core',
      'ws',
      'iconv-lite',
      'valibot',
      '@huggingface/transformers',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-cpu',
    ],
    node: true,
  },
  bench: {
    rooms: ['core', 'engine', 'learn', 'worker', 'main'],
    packages: ['playwright-core'],
    node: true,
  },
}

const root = resolve(import.meta.dirname, '../..')

function sourcesOf(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|svelte)$/.test(file))
    .map((file) => join(root, room, file))
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const pattern =
    /^\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|^\s*import\s+['"]([^'"]+)['"]/gm
  return [...text.matchAll(pattern)].map(([, a, b, c]) => a ?? b ?? c!)
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** What is wrong with an import, or nothing. */
function objection(room: string, file: string, specifier: string): string | undefined {
  const { rooms, packages, node } = house[room]!
  if (specifier.startsWith('node:')) return node ? undefined : `${room} knows no Node`
  if (!specifier.startsWith('.')) {
    const name = packageOf(specifier)
    return packages.includes(name) ? undefined : `${room} may not use the package ${name}`
  }
  const target = relative(root, resolve(file, '..', specifier)).split('/')[0]!
  if (target === room || rooms.includes(target)) return undefined
  return `${room} may not import from ${target}: allowed are ${rooms.join(', ') || 'none'}`
}

for (const room of Object.keys(house)) {
  describe(room, () => {
    test('imports only from the rooms and packages that are its own', () => {
      const objections = sourcesOf(room).flatMap((file) =>
        importsOf(file).flatMap((specifier) => {
          const wrong = objection(room, file, specifier)
          return wrong === undefined ? [] : [`${relative(root, file)}: ${wrong}`]
        }),
      )
      assert.deepEqual(objections, [])
    })
  })
}

test('every top-level folder of code is a room', () => {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter(
      (name) => !['node_modules', 'bin', 'docs', 'out', 'demo-out', 'resources'].includes(name),
    )
  assert.deepEqual(folders.filter((name) => !(name in house)).sort(), [])
})

test('a wrong import is noticed', () => {
  const file = join(root, 'core', 'task.ts')
  assert.match(objection('core', file, 'node:fs')!, /knows no Node/)
  assert.match(
    objection('engine', join(root, 'engine', 'x.ts'), '../main/app.ts')!,
    /may not import/,
  )
  assert.match(
    objection('main', join(root, 'main', 'x.ts'), 'left-pad')!,
    /may not use the package/,
  )
  assert.equal(objection('learn', join(root, 'learn', 'x.ts'), '../engine/executor.ts'), undefined)
})
