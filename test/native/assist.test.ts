import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { after, test } from 'node:test'
import type { FromWorker, Question } from '../../core/job.ts'
import type { Scored, Task } from '../../core/task.ts'
import { Assist } from '../../main/assist.ts'
import { forkWorker } from '../../main/fork-worker.ts'
import { runWorkerJob } from '../../main/training/worker-job.ts'
import { tinyModelFolder, tinyTask, tinyTexts } from '../fixtures/tiny-model.ts'

const entry = resolve(import.meta.dirname, '../../worker/index.ts')
const model = await tinyModelFolder()
const host = { startWorker: () => forkWorker(entry) }
const assist = new Assist(host)
after(async () => {
  assist.close()
  await rm(model, { recursive: true })
})

const texts = tinyTexts(7).map(({ a }) => ({ a }))

function ask(task: Task, extra: { model?: string; maxTokens?: number } = {}) {
  return assist.ask({ kind: 'score', task, model, texts, ...extra })
}

async function scoresOfJob(task: Task, maxTokens: number): Promise<Scored[]> {
  const items: Scored[] = []
  const spec = { kind: 'score', task, model, threads: 1, maxTokens, texts: texts.length } as const
  await runWorkerJob(host as never, {
    id: 'score',
    spec,
    texts: [texts.map(({ a }, id) => ({ id, a }))].values(),
    onScores: (some) => items.push(...some),
    signal: new AbortController().signal,
  })
  return items
}

const close = (x: number, y: number) => assert.ok(Math.abs(x - y) < 1e-4, `${x}, expected ${y}`)

/** Two patterns and words of two lengths. */
const richTask: Task = {
  ...tinyTask,
  patterns: ['{a}总的来说[MASK]。', '[MASK]，{a}'],
  groups: [...tinyTask.groups, { name: '好', words: { good: '好', bad: '坏' } }],
}

test('a question is answered as a job would score it', async () => {
  const maxTokens = 20
  const { texts: answers, size } = await ask(richTask, { maxTokens })
  assert.deepEqual([size.layers, size.hiddenSize], [2, 16])
  const scored = await scoresOfJob(richTask, maxTokens)
  answers.forEach((answer, i) => {
    const expected = scored[i]!
    answer.logits.forEach((logit, c) => close(logit!, expected.logits[c]!))
    answer.groups.flat().forEach((p, k) => close(Math.log(p!), expected.groups.flat()[k]!))
    assert.equal(answer.agreement, expected.agreement)
    close(
      answer.probabilities.reduce((sum, p) => sum + p, 0),
      1,
    )
  })
})

test('words and patterns that cannot be used are left out, and the others are asked', async () => {
  const sound = await ask(tinyTask)
  const [first, second] = tinyTask.groups
  const wrong: Task = {
    ...tinyTask,
    patterns: [...tinyTask.patterns, '{a}没有'],
    groups: [first!, second!, { name: '错', words: { good: '龘龘', bad: '满意' } }],
  }
  const { sound: marks } = await assist.ask({ kind: 'check', task: wrong, model })
  assert.deepEqual(marks, [
    [false, true],
    [true, true],
    [false, false],
  ])
  const answer = await ask(wrong)
  assert.deepEqual(
    answer.texts[0]!.groups.map((group) => group.map((p) => p === null)),
    marks.map((group) => group.map((isSound) => !isSound)),
  )
  close(answer.texts[0]!.groups[1]![0]!, sound.texts[0]!.groups[1]![0]!)
  await assert.rejects(ask({ ...tinyTask, patterns: ['{a}'] }), { code: 'pattern.noMask' })
  await assert.rejects(ask({ ...tinyTask, groups: [] }), { code: 'task.noGroup' })
})

test('a class without a word has no logit and no probability', async () => {
  const groups = [{ name: '满意', words: { good: '满意' } }]
  const { texts: answers } = await ask({ ...tinyTask, groups })
  assert.deepEqual([answers[0]!.logits[1], answers[0]!.probabilities], [null, [1, 0]])
})

test('a pattern is shown with its text cut as in training', async () => {
  const question: Question = {
    kind: 'pattern',
    task: { ...tinyTask, kind: 'pair', patterns: ['{a}[MASK]，{b}'] },
    model,
    pattern: 0,
    text: { a: '今天饭菜很好', b: '不太好，有点贵。[MASK]' },
    maxTokens: 16,
  }
  const { tokens, cut, maxTokens } = await assist.ask({ ...question, kind: 'pattern' })
  assert.equal(
    tokens.map(({ text }) => text).join(' '),
    '[CLS] 今 天 饭 菜 很 好 [MASK] [MASK] ， 不 太 好 ， 有 [SEP]',
  )
  assert.equal(tokens.map(({ role }) => role[0]).join(''), 'caaaaaammcbbbbbc')
  assert.deepEqual([cut, maxTokens], [{ a: 0, b: 3 }, 16])
})

test('a question is answered while a run trains', async () => {
  const controller = new AbortController()
  const spec = {
    kind: 'train',
    task: tinyTask,
    base: model,
    recipe: { steps: 1_000_000, batch: 4 },
    seed: 1,
    threads: 1,
    texts: 8,
    workFolder: resolve(model, 'run'),
    checkpointEvery: 1_000_000,
  } as const
  const started = Promise.withResolvers<void>()
  const run = runWorkerJob(host as never, {
    id: 'train',
    spec,
    texts: [tinyTexts(8)].values(),
    onStep: () => started.resolve(),
    signal: controller.signal,
  })
  await started.promise
  assert.equal((await ask(tinyTask)).texts.length, texts.length)
  controller.abort()
  await assert.rejects(run, { code: 'job.cancelled' })
})

test('a model that was replaced in its folder is read again', async () => {
  const folder = await tinyModelFolder(2)
  after(() => rm(folder, { recursive: true }))
  const before = await ask(tinyTask, { model: folder })
  await cp(model, folder, { recursive: true, force: true })
  const now = await ask(tinyTask, { model: folder })
  assert.notDeepEqual(now.texts[0], before.texts[0])
  assert.deepEqual(now.texts, (await ask(tinyTask)).texts)
  for (const name of ['vocab.txt', 'tokenizer.json']) await rm(resolve(folder, name))
  await assert.rejects(ask(tinyTask, { model: folder }), { code: 'model.missing' })
})

test('the process ends with the one that it answers', async () => {
  const child = fork(entry, { serialization: 'advanced' })
  const ended = once(child, 'exit')
  child.on('message', (message: FromWorker) => {
    const question: Question = { kind: 'check', task: tinyTask, model }
    if (message.type === 'ready') child.send({ type: 'ask', id: 1, question })
    if (message.type === 'answer') child.disconnect()
  })
  assert.deepEqual(await ended, [0, null])
})

test('a check tells the recipe of a training in full, with the chosen fields as they are', async () => {
  const check = { kind: 'check', task: tinyTask, model } as const
  const plain = await assist.ask(check)
  const training = { texts: 400, recipe: { batch: 8 } }
  const asked = await assist.ask({ ...check, training })
  assert.equal(plain.recipe, undefined)
  const { steps, batch, learningRate, maxTokens } = asked.recipe!
  assert.deepEqual([steps, batch, learningRate, maxTokens], [500, 8, 3e-4, 48])
})
