import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { ScoreSpec, TrainSpec } from '../../core/job.ts'
import type { JobItem, Scored, TextItem } from '../../core/task.ts'
import type { JobContext } from '../../worker/job-context.ts'
import { readModel } from '../../worker/model-folder.ts'
import { runScore } from '../../worker/score-job.ts'
import { runTrain } from '../../worker/train-job.ts'
import { readWeights, writeWeights } from '../../worker/weight-file.ts'
import { tinyModelFolder, tinyTask, tinyTexts } from '../fixtures/tiny-model.ts'

const model = await tinyModelFolder()
after(() => rm(model, { recursive: true }))

function context(batches: (readonly JobItem[])[], onScores?: (items: readonly Scored[]) => void) {
  const silent = () => {}
  return {
    signal: new AbortController().signal,
    jobId: 'job',
    resume: undefined,
    report: silent,
    checkpoint: silent,
    scores: onScores ?? silent,
    predictions: silent,
    texts: () => Promise.resolve(batches.shift() ?? []),
  } satisfies JobContext
}

const score: ScoreSpec = {
  kind: 'score',
  task: tinyTask,
  model,
  threads: 1,
  maxTokens: 32,
  texts: 8,
}

async function logits(texts: readonly TextItem[]): Promise<(readonly number[])[]> {
  const scored: Scored[] = []
  await runScore(
    { ...score, texts: texts.length },
    context([texts], (items) => scored.push(...items)),
  )
  return scored.map((one) => one.logits)
}

test('fewer texts than announced end a job with a clear error', async () => {
  const some = context([tinyTexts(6)])
  await assert.rejects(runScore(score, some), { code: 'job.textsMissing' })
})

test('a scoring that is told a part proposes to the last bit what one of all texts proposes', async () => {
  const texts = tinyTexts(300).map((text, i) => ({ ...text, a: text.a.repeat(1 + (i % 3)) }))
  const propose = { share: 0.5, minimum: 10, unanimous: false }
  const run = async (items: readonly JobItem[]) => {
    const scored: Scored[] = []
    const batches = [items.slice(0, 100), items.slice(100, 200), items.slice(200)]
    const result = await runScore(
      { ...score, texts: items.length, propose },
      context(batches, (some) => scored.push(...some)),
    )
    return { scored, proposals: result.proposals }
  }
  const whole = await run(texts)
  const isKnown = (i: number) => i < 100 || i % 7 === 0
  const resumed = await run(texts.map((text, i) => (isKnown(i) ? whole.scored[i]! : text)))
  assert.ok(whole.proposals.length >= 20)
  assert.deepEqual(resumed.proposals, whole.proposals)
  assert.deepEqual(
    resumed.scored,
    whole.scored.filter((_, i) => !isKnown(i)),
  )
})

test('a second text takes no part and no room where the task is about single texts', async () => {
  const texts = tinyTexts(4).map(({ id, a }) => ({ id, a: a.repeat(3) }))
  const withSecond = texts.map((text) => ({ ...text, b: '贵便宜香臭'.repeat(4) }))
  assert.deepEqual(await logits(withSecond), await logits(texts))
})

test('sequences never grow beyond the model, whatever length is asked for', async () => {
  const spec: TrainSpec = {
    kind: 'train',
    task: tinyTask,
    base: model,
    recipe: { steps: 2, batch: 4, maxTokens: 96 },
    seed: 1,
    threads: 1,
    texts: 8,
    workFolder: join(model, 'run'),
    checkpointEvery: 10,
  }
  const long = tinyTexts(8).map((text) => ({ ...text, a: text.a.repeat(20) }))
  const { recipe } = await runTrain(spec, context([long]))
  assert.equal(recipe.maxTokens, 48)
})

test('a pattern that leaves no room in the length asked for is refused at the start', async () => {
  const patterns = ['{a}总的来说今天饭菜很香也不太贵[MASK]。']
  const tight = { ...score, task: { ...tinyTask, patterns }, maxTokens: 20 }
  await assert.rejects(runScore(tight, context([tinyTexts(8)])), { code: 'pattern.tooLong' })
})

test('a folder says whether letters are lowered, and may hold tensors that are not parameters', async () => {
  const path = join(model, 'model.safetensors')
  const { tensors } = await readWeights(path)
  await writeWeights(
    path,
    new Map([...tensors, ['bert.pooler.dense.bias', tensors.values().next().value!]]),
  )
  const config = join(model, 'tokenizer_config.json')
  const written = JSON.parse(await readFile(config, 'utf8')) as object
  await writeFile(config, JSON.stringify({ ...written, do_lower_case: false }))
  const { tokenizer, weights } = await readModel(model)
  assert.deepEqual(tokenizer.normalization, { lowercase: false })
  assert.ok(!weights.has('bert.pooler.dense.bias'))
  await writeFile(config, JSON.stringify({ ...written, do_lower_case: 'no' }))
  await assert.rejects(readModel(model), { code: 'model.damaged' })
})
