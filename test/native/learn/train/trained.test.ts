import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { Stream } from '../../../../core/random.ts'
import type { Trained } from '../../../../core/step-options.ts'
import { floatData, nextOf, type NamedTensors } from '../../../../engine/executor.ts'
import { nodesOf, validate, type Graph } from '../../../../engine/ir/graph.ts'
import { isOp, type Node } from '../../../../engine/ir/node.ts'
import { evaluate } from '../../../../engine/reference.ts'
import { GraphBuilder } from '../../../../engine/ir/builder.ts'
import { patternFeeds, targetFeeds } from '../../../../learn/fuzzy-pet/batch.ts'
import { fuzzyPetLoss, wordLogProbabilities } from '../../../../learn/fuzzy-pet/graph.ts'
import type { ModelConfig } from '../../../../learn/model/config.ts'
import { fill, variants } from '../../../../learn/prompt/variants.ts'
import { gradientGraph, updateGraph, type LossBuilder } from '../../../../learn/train/graphs.ts'
import { freshSnapshot, gradientName } from '../../../../learn/train/state.ts'
import { trainedPart, type TrainedPart } from '../../../../learn/train/trained.ts'
import { ortExecutor } from '../../../../worker/ort.ts'
import { tinyModel, tinyTask, tinyTexts } from '../../../fixtures/tiny-model.ts'
import { tinyTraining } from '../../../fixtures/tiny-training.ts'

const executor = ortExecutor({ threads: 2 })
after(() => executor.dispose())

const model = tinyModel()
const { config, tokenizer } = model
const [variant] = variants(tinyTask, tokenizer)
const size = { batch: 2, tokens: 20 }
const texts = tinyTexts(size.batch)
const filled = texts.map((text) => fill(tokenizer, variant!, text, size.tokens - 8))
const feeds = {
  ...patternFeeds(filled, size, tokenizer.specials.pad),
  ...targetFeeds(texts, tinyTask.classes.length, size.batch),
}
/** Tensors as the reference reads them. */
function numbers(tensors: NamedTensors): Record<string, number[]> {
  return Object.fromEntries(
    [...tensors].map(([name, { data }]) => [name, Array.from(data, Number)]),
  )
}

const batch = { ...numbers(new Map(Object.entries(feeds))), seed: [0] }

const lora = (targets: 'query-value' | 'dense'): Trained => ({
  lora: { rank: 2, alpha: 4, targets },
})

/** The loss without dropout, of what is trained from layer `firstLayer` on. */
const lossOf =
  ({ firstLayer }: TrainedPart): LossBuilder =>
  (b, parameter) =>
    fuzzyPetLoss(
      b,
      wordLogProbabilities(b, config, parameter, variant!, size, { firstLayer }),
      variant!,
      false,
    )

function graphOf(part: TrainedPart): Graph {
  const graph = gradientGraph(
    { trained: part, recompute: 0, precision: 'float32', accumulate: 1 },
    lossOf(part),
  )
  validate(graph)
  return graph
}

/** The trained tensors of a run that has moved a little: no adapter is zero any more. */
function moved(part: TrainedPart): Map<string, number[]> {
  const stream = new Stream(2, 'moved')
  const start = part.start(model.weights, 1)
  return new Map(
    [...start].map(([name, tensor]) => [
      name,
      Array.from(floatData(tensor), (value) => value + 0.05 * stream.gaussian()),
    ]),
  )
}

const uses = (graph: Graph, name: string) => {
  const nodes = nodesOf(graph)
  const readers = (of: Node) => nodes.filter(({ inputs }) => inputs.includes(of))
  const input = nodes.find((node) => isOp(node, 'Input') && node.attributes.name === name)
  return readers(input!).flatMap((reader) => (isOp(reader, 'Transpose') ? readers(reader) : reader))
}
const frozenQuery = 'bert.encoder.layer.0.attention.self.query.weight'

describe('what is not trained', () => {
  const plain = evaluate(graphOf(trainedPart(config, 'all')), {
    ...numbers(model.weights),
    ...batch,
  })
  for (const trained of ['biases', { top: 1 }, { top: 2 }] as const) {
    const part = trainedPart(config, trained)
    const graph = graphOf(part)

    test(`changes no loss and no gradient of what is: ${JSON.stringify(trained)}`, () => {
      const got = evaluate(graph, { ...numbers(model.weights), ...batch })
      assert.deepEqual(Object.keys(got), [
        'loss',
        ...[...part.shapes.keys()].map((name) => nextOf(gradientName(name))),
      ])
      for (const [name, values] of Object.entries(got)) {
        values.forEach((value, i) => assert.ok(Math.abs(value - plain[name]![i]!) < 1e-12, name))
      }
    })

    test(`has no gradient nodes, no moments and no update: ${JSON.stringify(trained)}`, () => {
      const nodes = nodesOf(graph)
      const { vocabSize: v, hiddenSize: h } = config
      const ofWords = nodes.filter(
        ({ op, shape }) =>
          (op === 'ScatterAdd' && shape.join() === `${v},${h}`) ||
          (op === 'MatMul' && [`${v},${h}`, `${h},${v}`].includes(shape.join())),
      )
      assert.deepEqual(ofWords, [], 'a gradient of the word embeddings')
      const { outputs } = updateGraph(part, {
        kind: 'adamw',
        schedule: { peak: 1, warmup: 0, steps: 1 },
        ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, clip: 1 },
      })
      assert.equal(Object.keys(outputs).length, 1 + 3 * part.shapes.size)
      const { tensors } = freshSnapshot(part, model.weights, 1)
      assert.equal(tensors.size, 3 * part.shapes.size)
    })
  }

  test('a frozen layer at the bottom has a forward pass and no backward pass', () => {
    assert.equal(uses(graphOf(trainedPart(config, { top: 1 })), frozenQuery).length, 1)
    assert.ok(uses(graphOf(trainedPart(config, 'all')), frozenQuery).length > 1)
  })

  test('more layers than there are end in a clear error', () => {
    assert.throws(() => trainedPart(config, { top: 3 }), { code: 'train.tooManyLayers' })
  })

  test('layers that share their parameters are trained together, and adapted once', () => {
    const albert: ModelConfig = { ...config, family: 'albert', embeddingSize: 8 }
    assert.throws(() => trainedPart(albert, { top: 1 }), { code: 'train.sharedLayers' })
    const { firstLayer, frozen } = trainedPart(albert, { top: config.layers })
    assert.equal(firstLayer, 0)
    assert.ok([...frozen.keys()].every((name) => name.includes('embedding')))
    assert.equal(trainedPart(albert, lora('query-value')).shapes.size, 2 * 2)
    assert.equal(trainedPart(albert, lora('dense')).shapes.size, 2 * 7)
  })
})

describe('low-rank adapters', () => {
  for (const targets of ['query-value', 'dense'] as const) {
    const part = trainedPart(config, lora(targets))
    const values: Record<string, number[]> = {
      ...numbers(model.weights),
      ...Object.fromEntries(moved(part)),
      ...batch,
    }
    const graph = graphOf(part)

    test(`on ${targets} have the loss and gradients of the composed weights`, () => {
      const composed = graphOf({ ...part, rewrite: (_, given) => given })
      const [got, expected] = [evaluate(graph, values), evaluate(composed, values)]
      for (const [name, plain] of Object.entries(expected)) {
        plain.forEach((value, i) => assert.ok(Math.abs(value - got[name]![i]!) < 1e-12, name))
      }
      const square = ({ op, shape }: Node) => op === 'MatMul' && shape.join() === '16,16'
      assert.ok(nodesOf(composed).some(square) && !nodesOf(graph).some(square))
    })

    test(`on ${targets} have the gradients of central differences`, () => {
      const analytic = evaluate(graph, values)
      const loss: Graph = { outputs: { loss: graph.outputs['loss']! } }
      const h = 1e-5
      for (const name of part.shapes.keys()) {
        const tensor = values[name]!
        for (let i = 0; i < tensor.length; i += 11) {
          const value = tensor[i]!
          const lossAt = (x: number) => {
            tensor[i] = x
            return evaluate(loss, values)['loss']![0]!
          }
          const numeric = (lossAt(value + h) - lossAt(value - h)) / (2 * h)
          tensor[i] = value
          const got = analytic[nextOf(gradientName(name))]![i]!
          const scale = Math.max(1, Math.abs(got), Math.abs(numeric))
          assert.ok(Math.abs(got - numeric) / scale <= 1e-6, `${name}[${i}]: ${got}, ${numeric}`)
        }
      }
    })

    test(`on ${targets} learn, and merged they answer as before`, async () => {
      const recipe = { steps: 10, batch: 12, learningRate: 1e-2, maxTokens: 32, dropout: 0 }
      const run = await tinyTraining({ executor }, { ...recipe, train: lora(targets) })
      run.losses.slice(1).forEach((loss, i) => assert.ok(loss < run.losses[i]!, `step ${i + 2}`))
      const words = async (tensors: NamedTensors, model: TrainedPart) => {
        const b = new GraphBuilder()
        const shapes = new Map([...model.frozen, ...model.shapes])
        const tensor = (name: string) => b.input(name, 'float32', shapes.get(name)!)
        const parameter = model.parameters(b, tensor)
        const words = wordLogProbabilities(b, config, parameter, variant!, size)
        const program = await executor.compile({ outputs: { words } })
        return floatData((await program.run({ ...feeds, ...Object.fromEntries(tensors) }))['words'])
      }
      const separate = await words(new Map([...model.weights, ...run.snapshot.tensors]), part)
      const merged = await words(run.weights, trainedPart(config, 'all'))
      const before = await words(model.weights, trainedPart(config, 'all'))
      separate.forEach((value, i) => assert.ok(Math.abs(value - merged[i]!) < 1e-5))
      assert.ok(separate.some((value, i) => Math.abs(value - before[i]!) > 1e-2))
    })
  }

  test('a fresh adapter changes nothing, and each matrix has random numbers of its own', () => {
    const part = trainedPart(config, lora('query-value'))
    const start = part.start(model.weights, 1)
    const merged = part.merge(new Map([...model.weights, ...start]))
    assert.deepEqual(merged.get(frozenQuery), model.weights.get(frozenQuery))
    const again = trainedPart(config, lora('dense')).start(model.weights, 1)
    assert.deepEqual(again.get(`${frozenQuery}.lora_A`), start.get(`${frozenQuery}.lora_A`))
    const other = frozenQuery.replace('query', 'value')
    assert.notDeepEqual(start.get(`${other}.lora_A`), start.get(`${frozenQuery}.lora_A`))
  })
})
