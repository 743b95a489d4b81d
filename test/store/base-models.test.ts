import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { BaseModels } from '../../main/base-models.ts'
import { modelById } from '../../main/store/models.ts'
import { openProject } from '../../main/store/open.ts'
import { fakeModel } from '../fixtures/fake-model.ts'
import { fakeApp, finished, importTexts } from './fake-app.ts'
import { tempFolder } from './temp-project.ts'

const included = resolve(import.meta.dirname, '../../resources/model')
const checkpoints = resolve(import.meta.dirname, '../fixtures/hugging-face')

interface Shelf {
  readonly bases: BaseModels
  readonly folder: string
  /** Adds a checkpoint by a copy of it at a path of its own, as it is. */
  add(checkpoint: 'bert' | 'albert', source: string, name?: string): ReturnType<BaseModels['add']>
}

function shelf(t: TestContext): Shelf {
  const root = tempFolder(t)
  const folder = join(root, 'settings', 'models')
  const bases = new BaseModels(included, folder)
  return {
    bases,
    folder,
    async add(checkpoint, place, name) {
      const source = join(root, place)
      cpSync(join(checkpoints, checkpoint), source, { recursive: true })
      return bases.add(source, name, async (out) => cpSync(source, out, { recursive: true }))
    },
  }
}

test('an added model is a whole copy, beside the one of the program', async (t) => {
  const { bases, folder, add } = shelf(t)
  assert.deepEqual(
    (await bases.list()).map(({ name, isIncluded }) => [name, isIncluded]),
    [['default', true]],
  )
  const added = await add('albert', 'downloads/albert tiny')
  assert.equal(added.name, 'albert-tiny')
  rmSync(join(folder, '../../downloads'), { recursive: true })
  const [own, other] = await bases.list()
  assert.deepEqual(
    [own!.architecture, own!.layers, own!.hiddenSize, own!.vocabSize, own!.bytes > 1e7],
    ['bert', 4, 256, 7000, true],
  )
  assert.deepEqual(other, added)
  const { architecture, layers, hiddenSize, parameters, sha256 } = added
  assert.deepEqual([architecture, layers, hiddenSize, parameters], ['albert', 3, 32, 10_247])
  assert.match(readFileSync(join(folder, 'albert-tiny', 'SHA256SUMS'), 'utf8'), RegExp(sha256))
  assert.equal(bases.addedHash('albert-tiny'), sha256)
  assert.equal(await bases.nameOf(sha256), 'albert-tiny')
  assert.equal(await bases.nameOf(own!.sha256), 'default')
  assert.equal(await bases.nameOf('0'.repeat(64)), null)
  assert.equal(bases.folderOf('../models/albert-tiny'), null)
})

test('names are free, sound and told apart', async (t) => {
  const { bases, add } = shelf(t)
  await add('bert', 'one/底座')
  assert.equal((await add('bert', 'again/other')).name, '底座')
  assert.equal((await add('albert', 'two/底座')).name, '底座-2')
  assert.equal((await add('bert', 'three', 'BERT')).name, 'BERT')
  await assert.rejects(add('bert', 'four', 'bert'), { code: 'model.nameTaken' })
  for (const name of ['', 'a/b', '..', '.a', 'a.', 'default', 'Default', 'nul', 'x'.repeat(65)]) {
    await assert.rejects(add('bert', 'five', name), { code: 'model.badName' }, name)
  }
  assert.deepEqual(
    (await bases.list()).map(({ name }) => name),
    ['default', 'BERT', '底座', '底座-2'],
  )
  await bases.remove('底座')
  await assert.rejects(bases.remove('底座'), { code: 'model.unknownName' })
  await assert.rejects(bases.remove('default'), { code: 'model.unknownName' })
})

test('what does not become whole is not there', async (t) => {
  const { bases, folder, add } = shelf(t)
  const broken = bases.add(included, 'broken', async (out) => {
    writeFileSync(join(out, 'config.json'), '{')
    throw new Error('stopped')
  })
  await assert.rejects(broken, /stopped/)
  assert.deepEqual(readdirSync(folder), [])
  mkdirSync(join(folder, '.adding-999999999'))
  mkdirSync(join(folder, '.adding-1'))
  await add('bert', 'bert')
  assert.deepEqual(readdirSync(folder).sort(), ['.adding-1', 'bert'])
  rmSync(join(folder, 'bert', 'SHA256SUMS'))
  assert.deepEqual(
    (await bases.list()).map(({ name }) => name),
    ['default'],
  )
  await assert.rejects(
    new BaseModels(included, null).add(included, 'a', async () => undefined),
    {
      code: 'model.noPlace',
    },
  )
})

test('a run begins from a base model by its name, and keeps it when that is removed', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 40)
  await app.call('label.fromColumn', { column: 'cat', perClass: 8 })
  const source = fakeModel(join(folder, 'elsewhere', 'other'))
  const weights = join(source, 'model.safetensors')
  const bytes = readFileSync(weights)
  bytes.fill(2, bytes.length - 512)
  writeFileSync(weights, bytes)
  const config = { model_type: 'bert', num_hidden_layers: 1, hidden_size: 64, vocab_size: 1 }
  writeFileSync(join(source, 'config.json'), JSON.stringify(config))

  assert.equal((await app.call('train.plan', {})).base, 'default')
  const added = await app.call('models.add', { folder: source })
  assert.equal(added.name, 'other')
  assert.equal((await app.call('train.plan', { base: 'other' })).base, 'other')
  assert.equal((await app.call('train.plan', { base: source })).base, null)
  renameSync(join(folder, 'elsewhere'), join(folder, 'moved'))
  const job = await app.call('train.start', { base: 'other', recipe: { steps: 2 } })
  assert.equal((await finished(app, job)).state, 'done')
  assert.equal((await app.call('train.plan', {})).base, 'other')

  assert.deepEqual(await app.call('models.remove', { name: 'other' }), [])
  assert.ok(!existsSync(added.folder))
  assert.equal((await app.call('train.plan', {})).base, null)
  const next = await app.call('train.start', { recipe: { steps: 2 }, seed: 2 })
  assert.equal((await finished(app, next)).state, 'done')
  const [last] = await app.call('train.runs', {})
  await app.call('project.close', {})
  const project = openProject(path, 'read')
  t.after(() => project.close())
  assert.equal(modelById(project.db, last!.base).sha256, added.sha256)
})

test('an added model that was changed since is refused', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 40)
  await app.call('label.fromColumn', { column: 'cat', perClass: 8 })
  const source = fakeModel(join(folder, 'other'))
  const config = { model_type: 'bert', num_hidden_layers: 1, hidden_size: 64, vocab_size: 1 }
  writeFileSync(join(source, 'config.json'), JSON.stringify(config))
  const added = await app.call('models.add', { folder: source, name: 'other' })
  const weights = join(added.folder, 'model.safetensors')
  const bytes = readFileSync(weights)
  writeFileSync(weights, bytes.fill(3, bytes.length - 8))
  await assert.rejects(app.call('train.start', { base: 'other' }), { code: 'model.damaged' })
})

test('the base that was chosen is kept with the project, and counts before any run', async (t) => {
  const fake = await fakeApp(t)
  const { app, folder } = fake
  await importTexts(app, folder, 40)
  await app.call('label.fromColumn', { column: 'cat', perClass: 8 })
  const added: string[] = []
  for (const name of ['one', 'two']) {
    const source = fakeModel(join(folder, 'elsewhere', name))
    const weights = join(source, 'model.safetensors')
    const bytes = readFileSync(weights)
    writeFileSync(weights, bytes.fill(name.length + added.length, bytes.length - 512))
    const config = { model_type: 'bert', num_hidden_layers: 1, hidden_size: 64, vocab_size: 1 }
    writeFileSync(join(source, 'config.json'), JSON.stringify(config))
    added.push((await app.call('models.add', { folder: source })).sha256)
  }
  const base = async (of = app) => (await of.call('train.plan', {})).base
  const says = async (of = app) => {
    const { model } = await of.call('assist.score', { model: 'base', texts: [{ a: '好' }] })
    return model.source
  }
  assert.deepEqual([await base(), await says()], ['default', 'default'])
  await assert.rejects(app.call('train.chooseBase', { name: 'three' }), {
    code: 'model.unknownName',
  })
  await app.call('train.chooseBase', { name: 'one' })
  assert.deepEqual([await base(), await says()], ['one', 'chosen'])
  const again = await fake.restart()
  assert.deepEqual([await base(again), await says(again)], ['one', 'chosen'])

  const settings = { recipe: { steps: 2 } }
  await finished(again, await again.call('train.start', settings))
  assert.deepEqual([await base(again), await says(again)], ['one', 'lastRun'])
  await finished(again, await again.call('train.start', { ...settings, base: 'two' }))
  assert.equal(await base(again), 'two')
  assert.deepEqual(
    (await again.call('train.runs', {})).map(({ baseSha256 }) => baseSha256),
    added.toReversed(),
  )
  await again.call('train.chooseBase', { name: 'one' })
  assert.equal(await base(again), 'one')
  await again.call('models.remove', { name: 'one' })
  assert.deepEqual([await base(again), await says(again)], ['two', 'lastRun'])
})

test('a removal that is cut off leaves no half of a model', async (t) => {
  const { bases, folder, add } = shelf(t)
  await add('bert', 'bert')
  renameSync(join(folder, 'bert'), join(folder, '.adding-999999999'))
  rmSync(join(folder, '.adding-999999999', 'SHA256SUMS'))
  assert.equal((await bases.list()).length, 1)
  await add('albert', 'bert')
  assert.deepEqual(readdirSync(folder), ['bert'])
})
