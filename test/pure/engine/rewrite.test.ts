import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import { gradients } from '../../../engine/gradient.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { dropout, gelu, hashPrime, layerNorm, linear, modulo } from '../../../engine/ir/compose.ts'
import { nodesOf, print, validate, type Graph } from '../../../engine/ir/graph.ts'
import type { Node } from '../../../engine/ir/node.ts'
import { evaluate } from '../../../engine/reference.ts'
import { blockMatMuls } from '../../../engine/rewrite/block.ts'
import { fuse } from '../../../engine/rewrite/fuse.ts'
import { simplify } from '../../../engine/rewrite/simplify.ts'

/** A block with everything that fusing looks for, and its gradients. */
function block(): Graph {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2, 3, 4])
  const weight = b.input('weight', 'float32', [5, 4])
  const bias = b.input('bias', 'float32', [5])
  const scale = b.input('scale', 'float32', [5])
  const shift = b.input('shift', 'float32', [5])
  const table = b.input('table', 'float32', [5, 5])
  const raised = gelu(b, linear(b, x, weight, bias))
  const norm = layerNorm(b, raised, scale, shift, 1e-5)
  const scores = b.mul(b.matMul(norm, b.transpose(norm, [0, 2, 1])), 0.5)
  const rows = b.gather(table, b.integers([0, 2, 2]))
  const mixed = b.matMul(b.softmax(scores), b.add(norm, b.matMul(rows, table)))
  const loss = b.reduceMean(b.mul(mixed, mixed), [0, 1, 2])
  const wrt = [x, weight, bias, scale, shift, table]
  const outputs: Record<string, Node> = { loss }
  gradients(b, loss, wrt).forEach((gradient, i) => (outputs[`gradient${i}`] = gradient))
  return { outputs }
}

function feedsOf(): Record<string, number[]> {
  const stream = new Stream(1, 'feeds')
  const sizes = { x: 24, weight: 20, bias: 5, scale: 5, shift: 5, table: 25 }
  const draw = (size: number) => Array.from({ length: size }, () => stream.gaussian())
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, draw(size)]))
}

function opsOf(graph: Graph): Set<string> {
  return new Set(nodesOf(graph).map(({ op }) => op))
}

function sameValues(a: Graph, b: Graph): void {
  const [expected, got] = [evaluate(a, feedsOf()), evaluate(b, feedsOf())]
  for (const [name, values] of Object.entries(expected)) {
    values.forEach((value, i) =>
      assert.ok(
        Math.abs(value - got[name]![i]!) < 1e-12,
        `${name}[${i}]: ${value}, ${got[name]![i]}`,
      ),
    )
  }
}

test('a rewrite keeps the shape that an operand of one element broadcast to', () => {
  const b = new GraphBuilder()
  const row = b.mul(b.input('x', 'float32', [2]), b.constant('float32', [1, 1], [3]))
  const graph = {
    outputs: {
      y: b.mul(row, 5),
      z: b.add(b.input('x', 'float32', [2]), b.constant('float32', [1, 1], [0])),
    },
  }
  const simple = simplify(new GraphBuilder(), graph)
  assert.deepEqual(
    [simple.outputs.y.shape, simple.outputs.z.shape],
    [
      [1, 2],
      [1, 2],
    ],
  )
  assert.deepEqual(evaluate(simple, { x: [1, 2] }), evaluate(graph, { x: [1, 2] }))
})

test('simplifying changes no value and leaves a smaller graph', () => {
  const graph = block()
  const b = new GraphBuilder()
  const simple = simplify(b, graph)
  validate(simple)
  sameValues(graph, simple)
  assert.ok(nodesOf(simple).length < nodesOf(graph).length)
  assert.equal(print(simplify(b, simple)), print(simple))
})

test('fusing changes no value and finds the kernels', () => {
  const graph = block()
  const b = new GraphBuilder()
  const fused = fuse(b, simplify(b, graph))
  validate(fused, 'fused')
  sameValues(graph, fused)
  const ops = opsOf(fused)
  assert.deepEqual(
    ['FusedMatMul', 'LayerNormalization', 'Pick'].map((op) => ops.has(op)),
    [true, true, true],
  )
  assert.ok(!ops.has('Sqrt'), 'the deviation comes from the norm, not from a second pass')
})

test('a product that is read elsewhere too is not computed a second time with its factor', () => {
  const b = new GraphBuilder()
  const [x, w] = [b.input('x', 'float32', [4, 3]), b.input('w', 'float32', [4, 5])]
  const product = b.matMul(b.transpose(x, [1, 0]), w)
  const graph = {
    outputs: { scaled: b.mul(product, 0.5), first: b.gather(product, b.integers([0])) },
  }
  const products = nodesOf(fuse(b, graph)).filter(({ op }) => op.endsWith('MatMul'))
  assert.equal(products.length, 1)
})

test('gelu is one kernel where nothing else reads its parts', () => {
  const b = new GraphBuilder()
  const y = gelu(b, b.input('x', 'float32', [24]))
  const graph = { outputs: { y } }
  const fused = fuse(b, graph)
  assert.deepEqual([...opsOf(fused)], ['Input', 'Gelu'])
  sameValues(graph, fused)
})

test('the gradient of gelu passes over its input six times, and constant factors over none', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2, 3, 4])
  const [weight, bias] = [b.input('weight', 'float32', [5, 4]), b.input('bias', 'float32', [5])]
  const table = b.input('table', 'float32', [5, 5])
  const y = b.matMul(gelu(b, linear(b, x, weight, bias)), table)
  const loss = b.reduceSum(y, [0, 1, 2])
  const [gradient] = gradients(b, loss, [x])
  const graph = { outputs: { loss, gradient: gradient! } }
  const fused = fuse(b, simplify(b, graph))
  sameValues(graph, fused)
  const passes = nodesOf(fused).filter(
    ({ op, shape }) => shape.join() === '2,3,5' && !/MatMul|Expand|Fill/.test(op),
  )
  // The bias, erf, + 1 and the product forwards; backwards u^2, c - u^2, exp, two products and a sum.
  assert.equal(passes.length, 10, passes.map(({ op }) => op).join())
})

test('the row sums in the gradient of attention are taken over its values', () => {
  const b = new GraphBuilder()
  const [query, key, value] = ['q', 'k', 'v'].map((name) => b.input(name, 'float32', [2, 6, 3]))
  const probabilities = b.softmax(b.matMul(query!, b.transpose(key!, [0, 2, 1])))
  const out = b.matMul(probabilities, value!)
  const loss = b.reduceSum(b.mul(out, out), [0, 1, 2])
  const [gradient] = gradients(b, loss, [query!])
  const graph = { outputs: { loss, gradient: gradient! } }
  const simple = simplify(b, graph)
  const feeds = Object.fromEntries(['q', 'k', 'v'].map((name) => [name, drawn(36, name)] as const))
  const [expected, got] = [evaluate(graph, feeds), evaluate(simple, feeds)]
  got['gradient']!.forEach((x, i) => assert.ok(Math.abs(x - expected['gradient']![i]!) < 1e-12))
  const sums = nodesOf(simple).filter(({ op, shape }) => op === 'ReduceSum' && shape.length === 3)
  assert.deepEqual(
    sums.map(({ inputs }) => inputs[0]!.shape),
    [[2, 6, 3]],
  )
})

test('long products that are wider than deep are computed in blocks of rows', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [4, 512, 2])
  const wide = b.input('wide', 'float32', [5, 2])
  const graph = { outputs: { y: b.matMul(x, b.transpose(wide, [1, 0])) } }
  const blocked = blockMatMuls(b, fuse(b, graph))
  validate(blocked, 'fused')
  const feeds = { x: drawn(4096, 'x'), wide: drawn(10, 'wide') }
  const [expected, got] = [evaluate(graph, feeds)['y']!, evaluate(blocked, feeds)['y']!]
  got.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-12))
  const product = nodesOf(blocked).find(({ op }) => op === 'FusedMatMul')
  assert.deepEqual(product!.shape, [4, 512, 5])
})

function drawn(size: number, name: string): number[] {
  const stream = new Stream(1, name)
  return Array.from({ length: size }, () => stream.gaussian())
}

test('equal nodes are one node', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2])
  assert.equal(b.add(b.mul(x, 2), 1), b.add(b.mul(x, 2), 1))
  assert.notEqual(b.add(x, 0), b.add(x, -0))
})

test('a wrong shape says what was expected and what was found', () => {
  const b = new GraphBuilder()
  const [x, y] = [b.input('x', 'float32', [2, 3]), b.input('y', 'float32', [4, 5])]
  assert.throws(
    () => b.matMul(x, y),
    /MatMul was not computed: expected equal inner sizes, got \[2, 3\] x \[4, 5\]/,
  )
})

test('printing is stable', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [2, 3])
  const graph = { outputs: { y: b.reduceSum(b.mul(x, 2), [1]) } }
  assert.equal(
    print(graph),
    [
      '%0 = Input() x : float32 [2, 3]',
      '%1 = Constant() {2} : float32 []',
      '%2 = Mul(%0, %1) : float32 [2, 3]',
      '%3 = ReduceSum(%2) {"axes":[1],"keepDims":false} : float32 [2]',
      'y = %3',
    ].join('\n'),
  )
})

test('the remainder is exact in float32 for every number that dropout forms', () => {
  const m = Math.fround(hashPrime)
  const reciprocal = Math.fround(1 / hashPrime)
  for (let x = 0; x < 2 ** 21; x++) {
    const quotient = Math.floor(Math.fround(Math.fround(x + 0.5) * reciprocal))
    const remainder = Math.fround(x - Math.fround(quotient * m))
    if (remainder !== x % hashPrime) assert.fail(`${x}: ${remainder}`)
  }
  const b = new GraphBuilder()
  const y = modulo(b, b.input('x', 'float32', [3]), hashPrime)
  assert.deepEqual([...evaluate({ outputs: { y } }, { x: [0, 1019, 5000] })['y']!], [0, 0, 924])
})

test('dropout keeps the wanted share, in every column and every row, and differs by step and site', () => {
  const [rows, columns, rate] = [512, 256, 0.1]
  const draw = (seed: number, site: number) => {
    const b = new GraphBuilder()
    const y = dropout(b, b.fill(1, [rows, columns]), rate, b.scalar(seed), site)
    return evaluate({ outputs: { y } }, {})['y']!
  }
  const mask = draw(17, 3)
  const droppedIn = (values: number[]) =>
    values.filter((value) => value === 0).length / values.length
  const all = Array.from(mask)
  assert.ok(Math.abs(droppedIn(all) - rate) < 0.005, `${droppedIn(all)}`)
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length
  assert.ok(Math.abs(mean - 1) < 0.01)
  const byColumn = Array.from({ length: columns }, (_, c) =>
    droppedIn(all.filter((_, i) => i % columns === c)),
  )
  const byRow = Array.from({ length: rows }, (_, r) =>
    droppedIn(all.slice(r * columns, (r + 1) * columns)),
  )
  // Five standard deviations of a binomial share.
  const within = (shares: number[], n: number) =>
    shares.every((share) => Math.abs(share - rate) < 5 * Math.sqrt((rate * (1 - rate)) / n))
  assert.ok(within(byColumn, rows) && within(byRow, columns))
  for (const other of [draw(18, 3), draw(17, 4)]) {
    const both = all.filter((value, i) => value === 0 && other[i] === 0).length / all.length
    assert.ok(Math.abs(both - rate * rate) < 0.004, `${both}`)
  }
  assert.deepEqual(draw(17, 3), mask)
})
