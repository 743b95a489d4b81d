// Needs: npm install onnxruntime-node @huggingface/tokenizers
// Run:   node snippets/predict.mjs FIRST SECOND FIRST SECOND ...
// Without texts it answers two sentences of its own, which may be far from the classes.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const readJson = async (name) => JSON.parse(await readFile(path(name), 'utf8'))

const { id2label } = await readJson('config.json')
const tokenizerConfig = await readJson('tokenizer_config.json')
const tokenizer = new Tokenizer(await readJson('tokenizer.json'), tokenizerConfig)
// With --int8 the smaller model answers, where the folder has one.
const [int8] = process.argv.splice(2, Number(process.argv[2] === '--int8'))
const session = await InferenceSession.create(
  path(int8 ? 'onnx/model_quantized.onnx' : 'onnx/model.onnx'),
)
const special = ['[PAD]', '[CLS]', '[SEP]', '[MASK]'].map((name) => tokenizer.token_to_id(name))
const [pad, cls, sep] = special

/** A text's tokens. Special tokens typed in a text are no part of it. */
function tokens(text) {
  const { ids } = tokenizer.encode(text, { add_special_tokens: false })
  const kept = ids.filter((id) => !special.includes(id))
  return kept.slice(0, tokenizerConfig.model_max_length)
}

/** Class probabilities of rows of tokens, padded to the longest; for many texts call it in batches. */
async function probabilities(rows) {
  const length = Math.max(...rows.map((ids) => ids.length))
  const tensor = (fill) =>
    new Tensor('int64', BigInt64Array.from(rows.flatMap(fill), BigInt), [rows.length, length])
  const { logits } = await session.run({
    input_ids: tensor((ids) => [...ids, ...Array(length - ids.length).fill(pad)]),
    attention_mask: tensor((ids) => Array.from({ length }, (_, i) => Number(i < ids.length))),
  })
  const classes = logits.dims[1]
  return rows.map((_, i) => softmax([...logits.data.slice(i * classes, (i + 1) * classes)]))
}

function softmax(logits) {
  const top = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - top))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

const texts = process.argv.length > 3 ? process.argv.slice(2) : ['今天下雨', '今天天气不好']
const pairs = Array.from({ length: texts.length / 2 }, (_, i) => texts.slice(2 * i, 2 * i + 2))
const answers = await probabilities(
  pairs.map(([a, b]) => [cls, ...tokens(a), sep, ...tokens(b), sep]),
)
answers.forEach((answer, i) => {
  const best = answer.indexOf(Math.max(...answer))
  console.log(id2label[best], answer[best].toFixed(4), ...pairs[i])
})
