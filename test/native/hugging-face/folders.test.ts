import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { formatHeader } from '../../../core/safetensors.ts'
import { floatData, floats, type HostTensor } from '../../../engine/executor.ts'
import { readModel } from '../../../worker/model-folder.ts'
import { readWeights, writeWeights } from '../../../worker/weight-file.ts'
import { folderOf, type Checkpoint } from './fixtures.ts'

const temporary = mkdtempSync(join(tmpdir(), 'shiliu-folders-'))
after(() => rmSync(temporary, { recursive: true, force: true }))
let copies = 0

/** A copy of a checkpoint that the test may change. */
function copyOf(name: Checkpoint): string {
  const folder = join(temporary, `${copies++}`)
  cpSync(folderOf(name), folder, { recursive: true })
  return folder
}

function change(folder: string, file: string, fields: Record<string, unknown>): void {
  const path = join(folder, file)
  const json = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, JSON.stringify({ ...json, ...fields }))
}

async function rewrite(
  folder: string,
  make: (tensors: Map<string, HostTensor>) => Iterable<readonly [string, HostTensor]>,
): Promise<void> {
  const path = join(folder, 'model.safetensors')
  const { tensors } = await readWeights(path)
  await writeWeights(path, new Map(make(tensors)))
}

async function refusal(folder: string, code: string, about: RegExp): Promise<void> {
  await assert.rejects(readModel(folder), (error: Error & { code: string }) => {
    assert.equal(error.code, code, error.message)
    assert.match(error.message, about)
    return true
  })
}

describe('a folder whose weights are stored in another way', () => {
  for (const [name, prefix] of [
    ['bert', 'bert.'],
    ['albert', 'albert.'],
  ] as const) {
    test(`is read without the prefix of ${name}`, async () => {
      const folder = copyOf(name)
      await rewrite(folder, (tensors) =>
        [...tensors].map(([key, tensor]) => [key.replace(prefix, ''), tensor]),
      )
      const whole = await readModel(folderOf(name))
      assert.deepEqual((await readModel(folder)).weights, whole.weights)
    })

    test(`is refused when only the encoder of ${name} was saved`, async () => {
      const folder = copyOf(name)
      await rewrite(folder, (tensors) =>
        [...tensors]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, tensor]) => [key.slice(prefix.length), tensor]),
      )
      await refusal(folder, 'model.noHead', /without its masked-LM head.*Words are scored by that/)
    })
  }

  test('is read from bfloat16', async () => {
    const folder = copyOf('bert')
    const { tensors } = await readWeights(join(folder, 'model.safetensors'))
    writeFileSync(join(folder, 'model.safetensors'), asBfloat16(tensors))
    const { weights } = await readModel(folder)
    for (const [name, own] of weights) {
      floatData(own).forEach((value, i) => {
        const exact = floatData(tensors.get(name))[i]!
        assert.ok(Math.abs(value - exact) <= Math.abs(exact) / 128, name)
      })
    }
  })

  test('takes a bias that only its decoder has, and a decoder that repeats the words', async () => {
    const folder = copyOf('albert')
    const words = 'albert.embeddings.word_embeddings.weight'
    await rewrite(folder, (tensors) => [
      ...[...tensors].map(
        ([key, tensor]) => [key.replace(/^predictions\.bias$/, '$&.moved'), tensor] as const,
      ),
      ['predictions.decoder.bias', tensors.get('predictions.bias')!],
      ['predictions.decoder.weight', tensors.get(words)!],
    ])
    const { weights } = await readModel(folder)
    const whole = await readModel(folderOf('albert'))
    assert.deepEqual(weights.get('predictions.bias'), whole.weights.get('predictions.bias'))
    await rewrite(folder, (tensors) => [
      ...tensors,
      ['predictions.decoder.weight', floats(tensors.get(words)!.shape)],
    ])
    await refusal(folder, 'model.unsupported', /predictions\.decoder\.weight is another matrix/)
  })

  test('is refused as a pickle, with the way to convert it', async () => {
    const folder = copyOf('bert')
    renameSync(join(folder, 'model.safetensors'), join(folder, 'pytorch_model.bin'))
    await refusal(folder, 'model.notSafetensors', /run code.*safe_serialization=True/)
    rmSync(join(folder, 'pytorch_model.bin'))
    await refusal(folder, 'model.missing', /config\.json, vocab\.txt or tokenizer\.json/)
  })

  test('is refused with a shard that is missing, or that lies elsewhere', async () => {
    const folder = copyOf('bert-legacy')
    rmSync(join(folder, 'model-00002-of-00002.safetensors'))
    await refusal(folder, 'model.missing', /no model/)
    const index = { weight_map: { a: '../model.safetensors' } }
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index))
    await refusal(folder, 'model.damaged', /weight_map/)
  })
})

describe('a configuration of another graph is refused', () => {
  for (const [name, fields, about] of [
    ['bert', { model_type: 'roberta' }, /model_type is "roberta".*bert, albert/],
    ['bert', { hidden_act: 'swish' }, /hidden_act is "swish".*gelu, gelu_new/],
    ['bert', { position_embedding_type: 'relative_key' }, /position_embedding_type/],
    ['bert', { is_decoder: true }, /is_decoder is true/],
    ['albert', { num_hidden_groups: 2 }, /num_hidden_groups is 2, and this program knows 1/],
    ['albert', { inner_group_num: 3 }, /inner_group_num is 3/],
  ] as const) {
    test(JSON.stringify(fields), async () => {
      const folder = copyOf(name)
      change(folder, 'config.json', fields)
      await refusal(folder, 'model.unsupported', about)
    })
  }

  test('and one whose fields are wrong is called damaged', async () => {
    const folder = copyOf('albert')
    change(folder, 'config.json', { embedding_size: 'wide' })
    await refusal(folder, 'model.damaged', /embedding_size/)
    change(folder, 'config.json', { embedding_size: 8 })
    await refusal(folder, 'model.damaged', /word_embeddings.weight of 55 x 8, got 55 x 16/)
  })
})

describe('a tokenizer', () => {
  test('that is no WordPiece of BERT is refused', async () => {
    const folder = copyOf('bert-legacy')
    const { normalizer, model } = JSON.parse(
      readFileSync(join(folder, 'tokenizer.json'), 'utf8'),
    ) as { normalizer: object; model: object }
    change(folder, 'tokenizer.json', { model: { ...model, type: 'Unigram', vocab: [] } })
    await refusal(folder, 'model.unsupported', /model\.type is "Unigram".*WordPiece/)
    change(folder, 'tokenizer.json', { model, normalizer: { type: 'NFKC' } })
    await refusal(folder, 'model.unsupported', /normalizer\.type is "NFKC"/)
    change(folder, 'tokenizer.json', { normalizer, pre_tokenizer: null })
    await refusal(folder, 'model.unsupported', /pre_tokenizer\.type is null/)
    rmSync(join(folder, 'tokenizer.json'))
    await refusal(folder, 'model.missing', /tokenizer\.json/)
    writeFileSync(join(folder, 'spiece.model'), '')
    await refusal(folder, 'model.unsupported', /spiece\.model/)
  })

  test('whose ids have a gap, or that lacks a token of BERT, is refused', async () => {
    const folder = copyOf('bert-legacy')
    const path = join(folder, 'tokenizer.json')
    const { model } = JSON.parse(readFileSync(path, 'utf8')) as {
      model: { vocab: Record<string, number> }
    }
    const { '[MASK]': mask, ...others } = model.vocab
    change(folder, 'tokenizer.json', { model: { ...model, vocab: others } })
    await refusal(folder, 'model.damaged', /ids 0 to/)
    change(folder, 'tokenizer.json', { model: { ...model, vocab: { ...others, mask } } })
    await refusal(folder, 'model.vocabMissing', /\[MASK\]/)
  })

  test('leaves Han characters together where its folder says so', async () => {
    const folder = copyOf('bert')
    change(folder, 'tokenizer_config.json', { tokenize_chinese_chars: false })
    const { tokenizer } = await readModel(folder)
    assert.deepEqual(tokenizer.normalization, { lowercase: true, separateHan: false })
    assert.deepEqual(tokenizer.encode('a饭 很好').offsets, [
      [0, 1],
      [1, 2],
      [3, 5],
    ])
  })
})

function asBfloat16(tensors: ReadonlyMap<string, HostTensor>): Buffer {
  const header = formatHeader(
    new Map([...tensors].map(([name, { shape }]) => [name, { dtype: 'BF16', shape }])),
  )
  const parts = [...tensors.values()].map((tensor) => {
    const words = new Uint32Array(Float32Array.from(floatData(tensor)).buffer)
    return Buffer.from(Uint16Array.from(words, (word) => word >>> 16).buffer)
  })
  return Buffer.concat([header, ...parts])
}
