import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatHeader, type StoredTensor } from '../../core/safetensors.ts'
import { importModelAside, materializeModelAside } from '../../main/store/in-model-thread.ts'
import {
  discardModel,
  importModel,
  materializeModel,
  modelStorage,
  removeGarbage,
} from '../../main/store/models.ts'
import { tempFolder, tempProject } from './temp-project.ts'

/** A model folder whose tensors are filled with the given bytes. */
function modelFolder(folder: string, fills: Record<string, number>, size = 600_000): string {
  mkdirSync(folder, { recursive: true })
  const shape: StoredTensor = { dtype: 'F32', shape: [size / 100, 100] }
  const header = formatHeader(new Map(Object.keys(fills).map((name) => [name, shape])), {
    format: 'pt',
  })
  const data = Object.values(fills).map((byte) => Buffer.alloc(size * 4, byte))
  writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([header, ...data]))
  writeFileSync(join(folder, 'config.json'), '{"hidden_size":100}')
  writeFileSync(join(folder, 'vocab.txt'), '[PAD]\n好\n')
  return folder
}

const weights = (folder: string) => readFileSync(join(folder, 'model.safetensors'))

test('a model comes out of the project byte for byte, with its small files', async (t) => {
  const project = tempProject(t)
  const folder = modelFolder(join(tempFolder(t), 'base'), { a: 1, b: 2 })
  const id = await importModelAside(project, folder)
  const out = await materializeModelAside(project, id, join(project.workFolder, 'models', '1'))
  assert.deepEqual(weights(out), weights(folder))
  assert.equal(readFileSync(join(out, 'vocab.txt'), 'utf8'), '[PAD]\n好\n')
  assert.equal(readFileSync(join(out, 'config.json'), 'utf8'), '{"hidden_size":100}')
})

test('tensors that two models share are stored once, and the same model is found again', (t) => {
  const { writable: db } = tempProject(t)
  const folder = tempFolder(t)
  const first = importModel(db, modelFolder(join(folder, '1'), { a: 1, b: 2 }))
  const second = importModel(db, modelFolder(join(folder, '2'), { a: 1, b: 3 }))
  assert.equal(importModel(db, modelFolder(join(folder, '3'), { a: 1, b: 2 })), first)
  assert.notEqual(second, first)
  assert.deepEqual(modelStorage(db), { apart: 4 * 2_400_000, shared: 3 * 2_400_000 })
})

test('the same bytes in another shape are another tensor', (t) => {
  const { writable: db } = tempProject(t)
  importModel(db, modelFolder(join(tempFolder(t), '1'), { a: 1 }, 1000))
  importModel(db, modelFolder(join(tempFolder(t), '2'), { a: 1 }, 2000))
  assert.equal(db.prepare('SELECT count(*) FROM tensor').pluck().get(), 2)
})

test('weights that only a given-up model used are removed, shared ones stay', (t) => {
  const { writable: db } = tempProject(t)
  const folder = tempFolder(t)
  const first = importModel(db, modelFolder(join(folder, '1'), { a: 1, b: 2 }))
  const second = importModel(db, modelFolder(join(folder, '2'), { a: 1, b: 3 }))
  discardModel(db, first)
  assert.equal(removeGarbage(db), 2_400_000)
  materializeModel(db, second, join(folder, 'out'))
  assert.deepEqual(weights(join(folder, 'out')), weights(join(folder, '2')))
  assert.throws(() => materializeModel(db, first, join(folder, 'x')), { code: 'model.discarded' })
})

test('a copy that was cut off is finished by copying again', (t) => {
  const { writable: db } = tempProject(t)
  const folder = modelFolder(join(tempFolder(t), '1'), { a: 1, b: 2 })
  importModel(db, folder)
  db.exec(`DELETE FROM model_tensor; DELETE FROM model_file; DELETE FROM model;
           UPDATE tensor SET whole = 0 WHERE shape = '[6000,100]';
           DELETE FROM tensor_chunk WHERE n = 2`)
  const id = importModel(db, folder)
  materializeModel(db, id, `${folder}-out`)
  assert.deepEqual(weights(`${folder}-out`), weights(folder))
})

test('a copy that finds the disk full leaves no model behind and is finished when there is room', (t) => {
  const { writable: db } = tempProject(t)
  const folder = modelFolder(join(tempFolder(t), '1'), { a: 1, b: 2 })
  db.pragma(`max_page_count = ${(db.pragma('page_count', { simple: true }) as number) + 700}`)
  assert.throws(() => importModel(db, folder), { code: 'SQLITE_FULL' })
  assert.notEqual(db.prepare('SELECT count(*) FROM tensor_chunk').pluck().get(), 0)
  assert.equal(db.prepare('SELECT count(*) FROM model').pluck().get(), 0)
  db.pragma('max_page_count = 1000000')
  materializeModel(db, importModel(db, folder), `${folder}-out`)
  assert.deepEqual(weights(`${folder}-out`), weights(folder))
})

test('a folder whose weights were changed is written anew', (t) => {
  const { writable: db } = tempProject(t)
  const folder = modelFolder(join(tempFolder(t), '1'), { a: 1 })
  const whole = weights(folder)
  const id = importModel(db, folder)
  truncateSync(join(folder, 'model.safetensors'), 5000)
  materializeModel(db, id, folder)
  assert.deepEqual(weights(folder), whole)
})

test('damaged and missing models are refused and leave nothing behind', async (t) => {
  const project = tempProject(t)
  const folder = modelFolder(join(tempFolder(t), '1'), { a: 1, b: 2 })
  const whole = weights(folder)
  const damage: Record<string, Buffer> = {
    cutShort: whole.subarray(0, -5),
    tooLong: Buffer.concat([whole, Buffer.alloc(8)]),
    noHeader: whole.subarray(0, 4),
    notJson: Buffer.concat([whole.subarray(0, 8), Buffer.from('x'), whole.subarray(9)]),
    overlap: overlapping(whole),
    empty: Buffer.alloc(0),
  }
  for (const [name, bytes] of Object.entries(damage)) {
    writeFileSync(join(folder, 'model.safetensors'), bytes)
    await assert.rejects(importModelAside(project, folder), { code: 'model.damaged' }, name)
  }
  writeFileSync(join(folder, 'model.safetensors'), whole)
  await assert.rejects(importModelAside(project, folder, '0'.repeat(64)), { code: 'model.damaged' })
  await assert.rejects(importModelAside(project, tempFolder(t)), { code: 'model.missing' })
  assert.equal(project.db.prepare('SELECT count(*) FROM tensor').pluck().get(), 0)
})

/** The same file with the two tensors' ranges overlapping. */
function overlapping(whole: Buffer): Buffer {
  const text = whole.toString('latin1')
  return Buffer.from(text.replace('[2400000,4800000]', '[0,      2400000]'), 'latin1')
}

test('labelling goes on while a model is copied', async (t) => {
  const project = tempProject(t)
  const folder = modelFolder(join(tempFolder(t), '1'), { a: 1, b: 2, c: 3, d: 4 })
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    project.writable.exec("UPDATE project SET name = name || 'x'")
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  await importModelAside(project, folder)
  clearInterval(timer)
  assert.ok(longest < 1000, `a write waited ${longest} ms`)
})
