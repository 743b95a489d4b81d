import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, matchesGlob, resolve } from 'node:path'
import { after, test } from 'node:test'
import type { Call, Input } from '../../core/contract.ts'
import { extractArchive, readArchive } from './archive.ts'
import { Desktop } from './desktop.ts'

/** What electron-builder makes of the built program. Electron itself is not in it, nor needed. */

const root = resolve(import.meta.dirname, '../..')
const output = mkdtempSync(join(tmpdir(), 'shiliu-package-'))
after(() => rmSync(output, { recursive: true, force: true }))
const archive = join(output, 'linux-unpacked/resources/app.asar')
const options = {
  skip: process.platform === 'linux' ? false : 'the stand-in for Electron is laid out as on Linux',
}

test('the package holds what runs, and nothing of tests, documents or sources', options, () => {
  execFileSync(process.execPath, [join(root, 'test/fixtures/package.ts'), output], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const paths = readArchive(archive).map(({ path }) => path)
  const tops = new Set(paths.map((path) => path.split('/')[0]))
  assert.deepEqual([...tops].sort(), [
    'LICENSE',
    'node_modules',
    'out',
    'package.json',
    'resources',
  ])
  const own = paths.filter((path) => !path.startsWith('node_modules/'))
  assert.deepEqual(
    own.filter((path) => /\.(ts|svelte|map)$|^out\/renderer\/parts/.test(path)),
    [],
  )
  assert.deepEqual(own.filter((path) => path.startsWith('resources/')).sort(), shipped())
  const packages = paths.flatMap(
    (path) => /^node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[1] ?? [],
  )
  assert.deepEqual(
    [...new Set(packages)].filter((name) => !/^@node-rs\/jieba-/.test(name)).sort(),
    [
      '@huggingface/tokenizers',
      '@node-rs/jieba',
      'better-sqlite3',
      'chardet',
      'iconv-lite',
      'onnxruntime-common',
      'onnxruntime-node',
      'safer-buffer',
      'valibot',
    ],
  )
})

test('libraries and resources lie beside the archive, those of this system alone', options, () => {
  const files = readArchive(archive)
  const beside = (path: string) => existsSync(join(`${archive}.unpacked`, path))
  const libraries = files.filter(({ path }) => /\.(node|so|dll|dylib)(\.|$)/.test(path))
  assert.ok(libraries.length >= 4)
  const needed = [...libraries.map(({ path }) => path), ...shipped(), 'package.json']
  assert.deepEqual(
    needed.filter((path) => !beside(path)),
    [],
  )
  const others = libraries.filter(({ path }) => /darwin|win32|musl|cuda|tensorrt/.test(path))
  assert.deepEqual(others, [])
})

test('other systems and NVIDIA parts are left out by the patterns of every system', () => {
  const left = (path: string, platform: string, arch: string) =>
    excluding(platform, arch).some((pattern) => matchesGlob(path, pattern))
  const ort = 'node_modules/onnxruntime-node/bin/napi-v6'
  const sqlite = 'node_modules/better-sqlite3/prebuilds'
  for (const [platform, arch] of [
    ['win32', 'x64'],
    ['darwin', 'arm64'],
    ['linux', 'x64'],
  ] as const) {
    const here = `${platform}/${arch}`
    const kept = [`${ort}/${here}/onnxruntime_binding.node`, `${sqlite}/${platform}-${arch}.node`]
    assert.deepEqual(
      kept.filter((path) => left(path, platform, arch)),
      [],
      here,
    )
    const gone = [
      `${ort}/${platform}/ia32/onnxruntime_binding.node`,
      `${ort}/freebsd/${arch}/onnxruntime_binding.node`,
      `${ort}/${here}/libonnxruntime_providers_cuda.so`,
      `${ort}/${here}/onnxruntime_providers_tensorrt.dll`,
      `${sqlite}/linuxmusl-x64.node`,
    ]
    assert.deepEqual(
      gone.filter((path) => !left(path, platform, arch)),
      [],
      here,
    )
  }
})

test('the packaged program does the whole job with what is in it', options, async (t) => {
  // As Electron shows it: the archive is a folder, with what is unpacked beside it.
  const folder = join(output, 'resources')
  const appPath = join(folder, 'app.asar')
  extractArchive(archive, appPath)
  renameSync(`${archive}.unpacked`, `${appPath}.unpacked`)
  const desktop = new Desktop(t, { entry: join(appPath, 'out/main/electron.js'), appPath })
  const findings = await desktop.call('doctor.check', {})
  assert.deepEqual(
    findings.filter(({ isGood }) => !isGood),
    [],
  )
  await desktop.call('project.createSample', { folder: desktop.folder })
  await desktop.call('label.fromColumn', { column: 'label', perClass: 2 })
  const recipe = { steps: 2, batch: 2 }
  await finished(desktop, 'train.start', { recipe, threads: 1 })
  const exported = join(desktop.folder, 'exported')
  await finished(desktop, 'export.start', { folder: exported, threads: 1 })
  const snippets = readdirSync(join(exported, 'snippets')).sort()
  assert.deepEqual(snippets, ['pipeline.mjs', 'predict.mjs', 'predict.py'])
  const source = { kind: 'texts' as const, texts: [{ a: '很好用，推荐' }] }
  const predicted = await finished(desktop, 'predict.start', { folder: exported, source })
  assert.equal((predicted as { predicted: number }).predicted, 1)
})

/** Starts a job and gives its result. */
async function finished<K extends Call>(desktop: Desktop, call: K, input: Input<K>) {
  const { job } = (await desktop.call(call, input)) as { job: number }
  const ended = await desktop.call('jobs.wait', { job })
  assert.deepEqual([ended.state, ended.error], ['done', null])
  return ended.result
}

/** The default model and the sample, as they lie in the repository. */
function shipped(): string[] {
  return ['resources/model', 'resources/sample'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  )
}

/** The patterns of electron-builder.yml that leave files out, for one system. */
function excluding(platform: string, arch: string): string[] {
  const lines = readFileSync(join(root, 'electron-builder.yml'), 'utf8').matchAll(
    /^ {2}- '!(.+)'$/gm,
  )
  return [...lines].map(([, pattern]) =>
    pattern!.replaceAll('${platform}', platform).replaceAll('${arch}', arch),
  )
}
