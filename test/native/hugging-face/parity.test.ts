import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { floatData, floats, integers, type Feeds } from '../../../engine/executor.ts'
import { gradients } from '../../../engine/gradient.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { fuzzyPetLoss, wordLogProbabilities } from '../../../learn/fuzzy-pet/graph.ts'
import { encode, transformHead, vocabularyLogits } from '../../../learn/model/bert.ts'
import { parameterShapes } from '../../../learn/model/parameters.ts'
import { adoptModel, readModel, writeModel, type Model } from '../../../worker/model-folder.ts'
import { ortExecutor } from '../../../worker/ort.ts'
import { checkpoints, expectedOf, folderOf, type Expected } from './fixtures.ts'

const limit = 1e-4
const temporary = mkdtempSync(join(tmpdir(), 'shiliu-hugging-face-'))
after(() => rmSync(temporary, { recursive: true, force: true }))
const executor = ortExecutor({ threads: 1 })
after(() => executor.dispose())

const run = promisify(execFile)
const python = process.platform === 'win32' ? 'python' : 'python3'
const noTransformers = await run(python, ['-c', 'import torch, transformers']).then(
  () => false,
  () => 'Python has no torch and transformers',
)

for (const name of checkpoints) {
  describe(`the checkpoint ${name}`, async () => {
    const model = await readModel(folderOf(name))
    const expected = await expectedOf(name)

    test('has the logits of transformers', async () => {
      const logits = await logitsOf(model, expected.ids)
      const wanted = floatData(expected.tensors.get('logits'))
      assert.ok(Math.max(...wanted.map(Math.abs)) > 1)
      assert.ok(largestDifference(logits, wanted) <= limit, `${largestDifference(logits, wanted)}`)
    })

    test('has the loss and the gradient of every parameter of transformers', async () => {
      const { loss, gradients } = await gradientsOf(model, expected)
      assert.ok(Math.abs(loss - floatData(expected.tensors.get('loss'))[0]!) <= limit)
      const wanted = (name: string) => floatData(expected.tensors.get(name))
      const largest = Math.max(...[...gradients.keys()].map((name) => largestOf(wanted(name))))
      assert.equal(gradients.size, parameterShapes(model.config).size)
      for (const [gradient, own] of gradients) {
        // A softmax does not see the keys' biases: theirs is nothing but rounding.
        const isZero = /key\.bias$/.test(gradient)
        const size = isZero ? largest : largestOf(wanted(gradient))
        const difference = largestDifference(own, wanted(gradient)) / size
        assert.ok(difference <= (isZero ? limit / 100 : limit), `${gradient}: ${difference}`)
      }
    })

    test('splits texts as the tokenizer of transformers does', () => {
      const { pad, cls, sep, mask } = model.tokenizer.specials
      for (const { text, ids } of expected.texts) {
        const wanted = ids.filter((id) => ![pad, cls, sep, mask].includes(id))
        assert.deepEqual(model.tokenizer.ids(text), wanted, text)
        assert.deepEqual(model.tokenizer.encode(text).ids, wanted, text)
      }
    })

    test('is the same after it was saved and read again', async () => {
      const folder = join(temporary, `${name} saved`)
      await writeModel(folder, model)
      const again = await readModel(folder)
      assert.deepEqual(again.config, model.config)
      assert.deepEqual(again.tokenizer.vocab, model.tokenizer.vocab)
      assert.deepEqual(again.tokenizer.normalization, model.tokenizer.normalization)
      assert.deepEqual(again.weights, model.weights)
      const adopted = join(temporary, `${name} adopted`)
      await adoptModel(folderOf(name), adopted)
      assert.deepEqual((await readModel(adopted)).weights, model.weights)
    })

    test('is loaded by transformers as it is saved', { skip: noTransformers }, async () => {
      const folder = join(temporary, `${name} for Python`)
      await writeModel(folder, model)
      const texts = expected.texts.map(({ text }) => text)
      const given = [expected.ids, texts].map((value) => JSON.stringify(value))
      const { stdout } = await run(python, ['-c', loader, folder, ...given])
      const { logits, encoded } = JSON.parse(stdout) as { logits: number[]; encoded: number[][] }
      const own = await logitsOf(model, expected.ids)
      assert.ok(largestDifference(own, Float32Array.from(logits)) <= limit)
      assert.deepEqual(
        encoded,
        expected.texts.map(({ ids }) => ids),
      )
    })
  })
}

/** Logits of rows of token ids, and the ids of texts. */
const loader = `
import json, sys
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer
folder, rows = sys.argv[1], json.loads(sys.argv[2])
model, info = AutoModelForMaskedLM.from_pretrained(folder, output_loading_info=True)
for kind in ["missing_keys", "unexpected_keys", "mismatched_keys"]:
    assert not info[kind], info
ids = torch.tensor(rows)
with torch.no_grad():
    logits = model.eval()(input_ids=ids, attention_mask=(ids != 0).long()).logits
tokenizer = AutoTokenizer.from_pretrained(folder)
encoded = [tokenizer(text, add_special_tokens=False).input_ids for text in json.loads(sys.argv[3])]
print(json.dumps({"logits": logits.flatten().tolist(), "encoded": encoded}))
`

async function logitsOf(model: Model, rows: Expected['ids']): Promise<Float32Array> {
  const { config, weights } = model
  const shapes = parameterShapes(config)
  const b = new GraphBuilder()
  const [batch, tokens] = [rows.length, rows[0]!.length]
  const parameter = (name: string) => b.input(name, 'float32', shapes.get(name)!)
  const states = encode(b, config, parameter, {
    ids: b.input('ids', 'int64', [batch, tokens]),
    mask: b.input('mask', 'float32', [batch, tokens]),
    positions: b.integers(Array.from({ length: tokens }, (_, i) => i)),
    select: (x) => x,
  })
  const head = transformHead(b, config, parameter, states)
  const logits = vocabularyLogits(b, config, parameter, head)
  const program = await executor.compile({ outputs: { logits } })
  const out = await program.run({ ...Object.fromEntries(weights), ...batchFeeds(model, rows) })
  return floatData(out['logits'])
}

async function gradientsOf(model: Model, expected: Expected) {
  const { config, tokenizer, weights } = model
  const { ids, masks, words, target } = expected
  const variant = {
    patternIndex: 0,
    pattern: { parts: [], masks: [], constants: 0 },
    masks: masks[0]!.length,
    groups: words.map((_, g) => g),
    words: words.map((group) => group.map((word) => tokenizer.ids(word))),
    attainable: [1, 1],
  }
  const b = new GraphBuilder()
  const shapes = [...parameterShapes(config)]
  const inputs = new Map(shapes.map(([name, shape]) => [name, b.input(name, 'float32', shape)]))
  const size = { batch: ids.length, tokens: ids[0]!.length }
  const said = wordLogProbabilities(b, config, (name) => inputs.get(name)!, variant, size)
  const loss = fuzzyPetLoss(b, said, variant, false)
  const all = gradients(b, loss, [...inputs.values()])
  const outputs = Object.fromEntries(shapes.map(([name], i) => [`gradient of ${name}`, all[i]!]))
  const program = await executor.compile({ outputs: { loss, ...outputs } })
  const { batch, tokens } = size
  const selection = masks.flat().flatMap((place) => oneHot(place, tokens))
  const { loss: value, ...own } = await program.run({
    ...Object.fromEntries(weights),
    ...batchFeeds(model, ids),
    positions: integers(
      [tokens],
      Array.from({ length: tokens }, (_, i) => i),
    ),
    selection: floats([batch, variant.masks, tokens], Float32Array.from(selection)),
    target: floats([ids.length, 2], Float32Array.from(target.flat())),
  })
  return {
    loss: floatData(value)[0]!,
    gradients: new Map(Object.entries(own).map(([name, one]) => [name, floatData(one)])),
  }
}

function oneHot(place: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Number(i === place))
}

function batchFeeds({ tokenizer }: Model, rows: Expected['ids']): Feeds {
  const shape = [rows.length, rows[0]!.length]
  const kept = rows.flat().map((id) => Number(id !== tokenizer.specials.pad))
  return {
    ids: integers(shape, rows.flat()),
    mask: floats(shape, Float32Array.from(kept)),
  }
}

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}
