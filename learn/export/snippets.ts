import type { Task } from '../../core/task.ts'

/**
 * The programs that are shipped with an export, by file name: short, complete, and run by our tests.
 * Each shows the way from text to class probabilities without this program.
 */
export function snippets(kind: Task['kind']): Readonly<Record<string, string>> {
  return {
    'predict.mjs': kind === 'pair' ? nodePair : nodeSingle,
    'pipeline.mjs': kind === 'pair' ? transformersPair : transformersSingle,
    'predict.py': kind === 'pair' ? pythonPair : pythonSingle,
  }
}

const nodeStart = `import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const path = (name) => fileURLToPath(new URL(\`../\${name}\`, import.meta.url))
const readJson = async (name) => JSON.parse(await readFile(path(name), 'utf8'))

const { id2label } = await readJson('config.json')
const tokenizerConfig = await readJson('tokenizer_config.json')
const tokenizer = new Tokenizer(await readJson('tokenizer.json'), tokenizerConfig)
const session = await InferenceSession.create(path('onnx/model.onnx'))
const special = ['[PAD]', '[CLS]', '[SEP]', '[MASK]'].map((name) => tokenizer.token_to_id(name))
const [pad, cls, sep] = special

/** A text's tokens. Special tokens typed in a text are no part of it. */
function tokens(text) {
  const { ids } = tokenizer.encode(text, { add_special_tokens: false })
  const kept = ids.filter((id) => !special.includes(id))
  return kept.slice(0, tokenizerConfig.model_max_length)
}
`

const nodeRun = `
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
`

const nodeSingle = `// Needs: npm install onnxruntime-node @huggingface/tokenizers
// Run:   node snippets/predict.mjs TEXT TEXT ...
${nodeStart}${nodeRun}
const texts = process.argv.length > 2 ? process.argv.slice(2) : ['今天天气很好', '这家店再也不来了']
const answers = await probabilities(texts.map((text) => [cls, ...tokens(text), sep]))
answers.forEach((answer, i) => {
  const best = answer.indexOf(Math.max(...answer))
  console.log(id2label[best], answer[best].toFixed(4), texts[i])
})
`

const nodePair = `// Needs: npm install onnxruntime-node @huggingface/tokenizers
// Run:   node snippets/predict.mjs FIRST SECOND FIRST SECOND ...
${nodeStart}${nodeRun}
const texts = process.argv.length > 3 ? process.argv.slice(2) : ['今天下雨', '今天天气不好']
const pairs = Array.from({ length: texts.length / 2 }, (_, i) => texts.slice(2 * i, 2 * i + 2))
const answers = await probabilities(
  pairs.map(([a, b]) => [cls, ...tokens(a), sep, ...tokens(b), sep]),
)
answers.forEach((answer, i) => {
  const best = answer.indexOf(Math.max(...answer))
  console.log(id2label[best], answer[best].toFixed(4), ...pairs[i])
})
`

const transformersSingle = `// Needs: npm install @huggingface/transformers
// Run:   node snippets/pipeline.mjs TEXT TEXT ...
// In a browser serve this folder, set env.localModelPath and keep dtype: 'fp32'.
import { fileURLToPath } from 'node:url'
import { env, pipeline } from '@huggingface/transformers'

env.allowRemoteModels = false
const folder = fileURLToPath(new URL('..', import.meta.url))
const classify = await pipeline('text-classification', folder, { dtype: 'fp32' })

const texts = process.argv.length > 2 ? process.argv.slice(2) : ['今天天气很好', '这家店再也不来了']
const answers = await classify(texts)
answers.forEach(({ label, score }, i) => console.log(label, score.toFixed(4), texts[i]))
`

const transformersPair = `// Needs: npm install @huggingface/transformers
// Run:   node snippets/pipeline.mjs FIRST SECOND FIRST SECOND ...
// In a browser serve this folder, set env.localModelPath and keep dtype: 'fp32'.
import { fileURLToPath } from 'node:url'
import { AutoModelForSequenceClassification, AutoTokenizer, env, softmax } from '@huggingface/transformers'

env.allowRemoteModels = false
const folder = fileURLToPath(new URL('..', import.meta.url))
const tokenizer = await AutoTokenizer.from_pretrained(folder)
const model = await AutoModelForSequenceClassification.from_pretrained(folder, { dtype: 'fp32' })

const texts = process.argv.length > 3 ? process.argv.slice(2) : ['今天下雨', '今天天气不好']
for (let i = 0; i < texts.length; i += 2) {
  // pipeline() takes no pairs. The model cuts long texts itself; [SEP] would end the first text.
  const [first, second] = [texts[i].replaceAll('[SEP]', ' '), texts[i + 1]]
  const { logits } = await model(tokenizer(first, { text_pair: second }))
  const answer = softmax([...logits.data])
  const best = answer.indexOf(Math.max(...answer))
  console.log(model.config.id2label[best], answer[best].toFixed(4), first, second)
}
`

const pythonStart = `import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

folder = Path(__file__).resolve().parent.parent
id2label = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
max_length = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))["model_max_length"]
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
session = onnxruntime.InferenceSession(
    str(folder / "onnx" / "model.onnx"), providers=["CPUExecutionProvider"]
)
special = [tokenizer.token_to_id(name) for name in ("[PAD]", "[CLS]", "[SEP]", "[MASK]")]
pad, cls, sep, _ = special


def tokens(text):
    """A text's tokens. Special tokens typed in a text are no part of it."""
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return [i for i in ids if i not in special][:max_length]

`

const pythonRun = `
    length = max(len(row) for row in rows)
    ids = [row + [pad] * (length - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (length - len(row)) for row in rows]
    feeds = {
        "input_ids": np.array(ids, dtype=np.int64),
        "attention_mask": np.array(mask, dtype=np.int64),
    }
    return session.run(["logits"], feeds)[0]


def softmax(scores):
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)

`

const pythonSingle = `# Needs: pip install onnxruntime tokenizers numpy
# Run:   python snippets/predict.py TEXT TEXT ...
${pythonStart}
def logits(texts):
    """Class logits of texts, [texts, classes]; for many texts call it in batches."""
    rows = [[cls, *tokens(text), sep] for text in texts]${pythonRun}
if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    texts = sys.argv[1:] or ["今天天气很好", "这家店再也不来了"]
    for text, answer in zip(texts, softmax(logits(texts))):
        best = int(answer.argmax())
        print(id2label[str(best)], f"{answer[best]:.4f}", text)
`

const pythonPair = `# Needs: pip install onnxruntime tokenizers numpy
# Run:   python snippets/predict.py FIRST SECOND FIRST SECOND ...
${pythonStart}
def logits(pairs):
    """Class logits of pairs of texts, [pairs, classes]; for many call it in batches."""
    rows = [[cls, *tokens(a), sep, *tokens(b), sep] for a, b in pairs]${pythonRun}
if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    texts = sys.argv[1:] or ["今天下雨", "今天天气不好"]
    pairs = list(zip(texts[::2], texts[1::2]))
    for pair, answer in zip(pairs, softmax(logits(pairs))):
        best = int(answer.argmax())
        print(id2label[str(best)], f"{answer[best]:.4f}", *pair)
`
