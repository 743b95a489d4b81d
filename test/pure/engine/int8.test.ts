import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stream } from '../../../core/random.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import { linear } from '../../../engine/ir/compose.ts'
import { nodesOf, print, validate, type Graph } from '../../../engine/ir/graph.ts'
import { isOp, type Node } from '../../../engine/ir/node.ts'
import { evaluate } from '../../../engine/reference.ts'
import { quantizeWeights } from '../../../engine/rewrite/int8.ts'

const stream = new Stream(3, 'int8')
const draw = (n: number) => Float32Array.from({ length: n }, () => stream.gaussian())

/** Words looked up in a table, a dense layer, and the same table again as a decoder. */
function tied(): Graph {
  const b = new GraphBuilder()
  const ids = b.input('ids', 'int64', [2, 3])
  const table = b.constant('float32', [6, 4], draw(24), 'table')
  const weight = b.constant('float32', [4, 4], draw(16), 'weight')
  const bias = b.constant('float32', [4], draw(4), 'bias')
  const states = linear(b, b.gather(table, ids), weight, bias)
  return { outputs: { y: b.matMul(states, b.transpose(table, [1, 0])) } }
}
const feeds = { ids: [0, 5, 2, 3, 3, 1] }

function int8Constants(graph: Graph): Node<'Constant'>[] {
  return nodesOf(graph).filter((node) => isOp(node, 'Constant') && node.dtype === 'int8') as never
}

test('a product with a constant becomes one of integers, scaled by activation and output', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', ['B', 2])
  const weight = b.constant('float32', [3, 2], [1, -1, 0.5, 0, 0, 0], 'w')
  const graph: Graph = { outputs: { y: b.matMul(x, b.transpose(weight, [1, 0])) } }
  assert.equal(
    print(graph),
    `%0 = Input() x : float32 [B, 2]
%1 = Constant() {1, -1, 0.5, 0, ...} : float32 [3, 2]
%2 = Transpose(%1) {"perm":[1,0]} : float32 [2, 3]
%3 = MatMul(%0, %2) : float32 [B, 3]
y = %3`,
  )
  const quantized = quantizeWeights(b, graph)
  validate(quantized, 'fused')
  assert.throws(() => validate(quantized), /a fused kernel among primitives/)
  assert.equal(
    print(quantized),
    `%0 = Input() x : float32 [B, 2]
%1 = DynamicQuantizeLinear(%0) : uint8 [B, 2]
%2 = Constant() {127, -127, 127, 0, ...} : int8 [3, 2]
%3 = Transpose(%2) {"perm":[1,0]} : int8 [2, 3]
%4 = Pick(%1) {"index":2} : uint8 []
%5 = MatMulInteger(%1, %3, %4) : int32 [B, 3]
%6 = Cast(%5) {"to":"float32"} : float32 [B, 3]
%7 = Pick(%1) {"index":1} : float32 []
%8 = Constant() {${Math.fround(1 / 127)}, ${Math.fround(0.5 / 127)}, 1} : float32 [3]
%9 = Mul(%7, %8) : float32 [3]
%10 = Mul(%6, %9) : float32 [B, 3]
y = %10`,
  )
})

test('a table that is looked up and multiplied with stays one constant, a quarter as large', () => {
  const b = new GraphBuilder()
  const quantized = quantizeWeights(b, tied())
  assert.deepEqual(
    int8Constants(quantized).map(({ attributes }) => attributes.name),
    ['table.int8', 'weight.int8'],
  )
  const large = nodesOf(quantized).filter(
    (node) => isOp(node, 'Constant') && node.dtype === 'float32' && node.shape.length === 2,
  )
  assert.deepEqual(large, [])
})

test('the values stay near, and the fewer bits a weight has, the less so', () => {
  const graph = tied()
  const exact = evaluate(graph, feeds)['y']!
  const size = Math.hypot(...exact)
  const away = (bits: number) => {
    const near = evaluate(quantizeWeights(new GraphBuilder(), graph, bits), feeds)['y']!
    return Math.hypot(...exact.map((value, i) => value - near[i]!)) / size
  }
  assert.ok(away(8) < 0.02, `${away(8)}`)
  assert.ok(away(4) > 2 * away(8))
  assert.ok(away(2) > 2 * away(4))
})

test('no two neighbouring weights overflow 16 bits with the largest activations', () => {
  const b = new GraphBuilder()
  const wide = b.constant('float32', [16, 33], draw(16 * 33))
  const graph: Graph = { outputs: {} }
  const x = b.input('x', 'float32', [1, 33])
  const y = b.matMul(x, b.transpose(wide, [1, 0]))
  const z = b.matMul(y, b.constant('float32', [16, 9], draw(16 * 9)))
  const outputs = { y, z }
  const [rows, columns] = int8Constants(quantizeWeights(b, { ...graph, outputs }))
  const pairs = (values: ArrayLike<number>, length: number, at: (i: number) => number) => {
    for (let i = 0; i < length; i += 2) {
      const pair = [values[at(i)]!, i + 1 < length ? values[at(i + 1)]! : 0]
      for (const sign of [1, -1]) {
        const sum = pair.reduce((total, w) => total + 255 * Math.max(0, sign * w), 0)
        assert.ok(sum < 2 ** 15, `${pair}`)
      }
    }
  }
  for (let r = 0; r < 16; r++) pairs(rows!.attributes.values, 33, (i) => 33 * r + i)
  for (let c = 0; c < 9; c++) pairs(columns!.attributes.values, 16, (i) => 9 * i + c)
  assert.ok(Math.max(...rows!.attributes.values) > 63, 'more than 7 bits are used')
})

test('activations, vectors and gathers along other axes stay floats', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [3, 3])
  const vector = b.gather(b.constant('float32', [5], [1, 2, 3, 4, 5]), b.integers([1, 2]))
  const columns = b.gather(b.constant('float32', [2, 3], draw(6)), b.integers([1]), 1)
  const graph: Graph = { outputs: { square: b.matMul(x, x), vector, columns } }
  assert.equal(print(quantizeWeights(b, graph)), print(graph))
})

test('a layer of zeros gives zeros', () => {
  const b = new GraphBuilder()
  const x = b.input('x', 'float32', [1, 2])
  const y = b.matMul(x, b.constant('float32', [2, 2], [0, 0, 0, 0]))
  const quantized = quantizeWeights(b, { outputs: { y } })
  assert.deepEqual([...evaluate(quantized, { x: [0, 0] })['y']!], [0, 0])
  assert.deepEqual([...evaluate(quantized, { x: [3, -4] })['y']!], [0, 0])
})
