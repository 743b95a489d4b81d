import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { PretrainResult } from '../../core/job.ts'
import { briefSettings } from '../fixtures/pretrain-settings.ts'
import { tinyTexts } from '../fixtures/tiny-model.ts'
import { ask, shiliu, tempFolder } from './shiliu.ts'

test('pretraining takes its precision from the command line, else from its recipe', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(
    join(folder, 'texts.txt'),
    tinyTexts(400)
      .map(({ a, id }) => `${a}，第${id}条总的来说不太满意。\n`)
      .join(''),
  )
  const size = { vocabSize: 200, layers: 1, hiddenSize: 16, heads: 2, intermediateSize: 32 }
  const recipe = {
    sources: { 'texts.txt': 1 },
    size: { ...size, maxPositions: 32 },
    settings: {
      ...briefSettings,
      steps: 4,
      shapes: [{ batch: 4, tokens: 32, share: 1 }],
      heldOut: 8,
    },
    dtype: 'F32',
  }
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe))
  const weights = async (name: string, ...options: string[]) => {
    const args = ['pretrain', '--recipe', 'recipe.json', '--work', `work-${name}`, '--out', name]
    const { model, steps } = await ask<PretrainResult>([...args, ...options], folder)
    assert.equal(steps, 4)
    return readFileSync(join(model, 'model.safetensors'))
  }
  const plain = await weights('plain')
  assert.deepEqual(await weights('full', '--precision', 'float32'), plain)
  assert.notDeepEqual(await weights('half', '--precision', 'float16'), plain)

  const wrong = ['pretrain', '--work', 'w', '--out', 'o', '--precision', 'float64']
  const { code, stderr } = await shiliu(wrong, folder)
  assert.deepEqual([code, /float32, float16/.test(stderr)], [2, true])
})
