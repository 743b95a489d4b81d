import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Task } from '../../../core/task.ts'
import { validate } from '../../../engine/ir/graph.ts'
import { exportedGraph, modelMaxLength } from '../../../learn/export/graph.ts'
import { huggingFaceTokenizer } from '../../../learn/text/hugging-face.ts'
import { tokenizerConfig, tokenizerJson } from '../../../learn/text/tokenizer-json.ts'
import { toStandardOnnx } from '../../../worker/ort.ts'
import {
  largestDifference,
  loudModel,
  pairTask,
  reference,
  settings,
  singleTask,
  textsOf,
} from './tiny-export.ts'

const limit = 1e-4
const model = loudModel()
const { vocab, normalization, specials } = model.tokenizer
const tokenizer = huggingFaceTokenizer(
  tokenizerJson(vocab, normalization),
  tokenizerConfig(0, normalization),
)

type Side = 'right' | 'left'

/** What the tokenizer gives as it is: nothing cut, special tokens typed in a text left in. */
function tokenize(a: string, b?: string): number[] {
  const ids = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids
  const first = [specials.cls, ...ids(a), specials.sep]
  return b === undefined ? first : [...first, ...ids(b), specials.sep]
}

async function answers(
  session: InferenceSession,
  rows: readonly number[][],
  side: Side,
): Promise<number[][]> {
  const length = Math.max(...rows.map((ids) => ids.length))
  const padded = (fill: number, row: number[]) => {
    const rest = Array<number>(length - row.length).fill(fill)
    return side === 'right' ? [...row, ...rest] : [...rest, ...row]
  }
  const tensor = (values: number[][]) =>
    new Tensor('int64', BigInt64Array.from(values.flat(), BigInt), [rows.length, length])
  const { logits } = await session.run({
    input_ids: tensor(rows.map((row) => padded(specials.pad, row))),
    attention_mask: tensor(
      rows.map((row) =>
        padded(
          0,
          row.map(() => 1),
        ),
      ),
    ),
  })
  const data = logits!.data as Float32Array
  const classes = logits!.dims[1]!
  return rows.map((_, i) => [...data.subarray(i * classes, (i + 1) * classes)])
}

async function open(task: Task, temperature = settings.temperature): Promise<InferenceSession> {
  const graph = exportedGraph({ ...model, task, ...settings, temperature })
  validate(graph)
  return InferenceSession.create(toStandardOnnx(graph))
}

const cases: readonly [string, Task][] = [
  ['single texts, two patterns, words of two lengths', singleTask],
  ['pairs, {b} before {a}', pairTask],
  ['one pattern, one word group', oneVariant(singleTask)],
  ['pairs with one pattern, one word group', oneVariant(pairTask)],
]

function oneVariant(task: Task): Task {
  return { ...task, patterns: task.patterns.slice(0, 1), groups: task.groups.slice(0, 1) }
}

for (const [name, task] of cases) {
  describe(name, () => {
    const rows = textsOf(task).map(({ a, b }) => tokenize(a, b))

    test('the graph answers as plain insertion of the pattern, padded on either side', async () => {
      const session = await open(task)
      const scored = await reference(model, task, settings.temperature)
      const expected = scored.map(({ logits }) => logits)
      for (const side of ['right', 'left'] as const) {
        const worst = largestDifference(await answers(session, rows, side), expected)
        assert.ok(worst <= limit, `padded ${side}: ${worst}`)
      }
    })

    test('a text has the same answer alone as in a batch', async () => {
      const session = await open(task)
      const together = await answers(session, rows, 'right')
      for (const [i, row] of rows.entries()) {
        const [alone] = await answers(session, [row], 'right')
        assert.ok(largestDifference([alone!], [together[i]!]) <= limit, `text ${i}`)
      }
    })
  })
}

test('the answers depend on the text and on the temperature', async () => {
  const rows = ['好', '坏坏坏'].map((text) => tokenize(text))
  const [first, second] = await answers(await open(singleTask, 1), rows, 'right')
  assert.ok(largestDifference([first!], [second!]) > 100 * limit)
  const [halved] = await answers(await open(singleTask, 2), rows, 'right')
  assert.ok(largestDifference([halved!], [first!.map((logit) => logit / 2)]) < 1e-5)
})

test('tokens beyond model_max_length change nothing', async () => {
  const length = modelMaxLength(singleTask, model.tokenizer, settings.maxTokens)
  const session = await open(singleTask)
  const row = tokenize('今天饭菜很香'.repeat(20))
  const [whole] = await answers(session, [row], 'right')
  const [cut] = await answers(session, [row.slice(0, length)], 'right')
  const [shorter] = await answers(session, [row.slice(0, length - 2)], 'right')
  assert.ok(largestDifference([whole!], [cut!]) <= limit)
  assert.ok(largestDifference([whole!], [shorter!]) > limit)
})
