import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextOf } from '../../../engine/executor.ts'
import { GraphBuilder } from '../../../engine/ir/builder.ts'
import type { Node } from '../../../engine/ir/node.ts'
import { kernelsOf } from '../../../engine/onnx/kernels.ts'
import { memoryOf } from '../../../engine/onnx/memory.ts'

/** A tensor of 1,000 numbers: 4,000 bytes. */
const size = 4000
const tensor = (b: GraphBuilder, name: string) => b.input(name, 'float32', [10, 100])
const peak = (b: GraphBuilder, x: Node) =>
  memoryOf({ outputs: { sum: b.reduceSum(x, [0, 1]) } }).peak

describe('memory of a graph', () => {
  test('a chain has the result of a kernel and what it reads at once', () => {
    const b = new GraphBuilder()
    assert.equal(peak(b, b.exp(tensor(b, 'x'))), size + 4)
    assert.equal(peak(b, b.exp(b.exp(tensor(b, 'x')))), 2 * size)
    assert.equal(peak(b, b.exp(b.exp(b.exp(tensor(b, 'x'))))), 2 * size)
  })

  test('softmax works in place unless another reads what it reads', () => {
    const b = new GraphBuilder()
    const x = b.exp(tensor(b, 'x'))
    assert.equal(peak(b, b.softmax(x)), size + 4)
    assert.equal(peak(b, b.add(b.softmax(x), x)), 3 * size)
    assert.equal(peak(b, b.softmax(tensor(b, 'x'))), size + 4)
  })

  test('a reshape is no memory, and keeps alive what it shows', () => {
    const b = new GraphBuilder()
    const x = b.exp(tensor(b, 'x'))
    const flat = b.reshape(x, [1000])
    assert.equal(memoryOf({ outputs: { sum: b.reduceSum(flat, [0]) } }).peak, size + 4)
    const late = b.add(b.exp(b.exp(flat)), flat)
    assert.equal(memoryOf({ outputs: { sum: b.reduceSum(late, [0]) } }).peak, 3 * size)
  })

  test('the memory of a dead result waits for the next of its shape', () => {
    const b = new GraphBuilder()
    const dead = b.reduceSum(b.exp(tensor(b, 'x')), [0, 1])
    const y = b.input('y', 'float32', [20, 100])
    const larger = b.reduceSum(b.exp(b.mul(y, dead)), [0, 1])
    assert.equal(memoryOf({ outputs: { larger } }).peak, 2 * 2 * size)
    assert.equal(peak(b, b.mul(tensor(b, 'x'), larger)), size + 2 * 2 * size)
  })

  test('elements count by their type', () => {
    const b = new GraphBuilder()
    const x = tensor(b, 'x')
    const sum = (dtype: 'float16' | 'int64' | 'bool') => {
      const cast = b.cast(b.cast(x, dtype), 'float32')
      return peak(b, cast)
    }
    assert.deepEqual([sum('float16'), sum('int64'), sum('bool')], [6000, 12_000, 5000])
  })

  test('outputs with a place of their own are not counted, others stay to the end', () => {
    const b = new GraphBuilder()
    const x = tensor(b, 'x')
    const outputs = { y: b.exp(b.mul(x, 2)), [nextOf('x')]: b.exp(x) }
    assert.equal(memoryOf({ outputs }, new Set([nextOf('x')])).peak, 2 * size)
    assert.equal(memoryOf({ outputs }).peak, 3 * size)
  })

  test('what hangs on constants alone is computed at load, once for all runs', () => {
    const b = new GraphBuilder()
    const zeros = b.exp(b.fill(0, [10, 100]))
    const memory = memoryOf({ outputs: { y: b.add(tensor(b, 'x'), zeros) } })
    assert.deepEqual(memory, { peak: size, constants: 2 * size, kernels: 1 })
  })

  test('rows are added with an index for each element, and with a copy of these', () => {
    const b = new GraphBuilder()
    const rows = b.input('rows', 'int64', [10])
    const sum = b.scatterAdd(b.exp(tensor(b, 'x')), rows, tensor(b, 'updates'))
    assert.equal(peak(b, sum), size + 2 * size + 2 * size)
  })

  test('a choice picks from both sides first', () => {
    const b = new GraphBuilder()
    const condition = b.less(b.input('c', 'float32', []), 0.5)
    const chosen = b.where(condition, tensor(b, 'x'), tensor(b, 'y'))
    assert.equal(peak(b, chosen), 1 + 3 * size)
  })

  test('what was written last is computed first', () => {
    const b = new GraphBuilder()
    const [one, other] = [b.exp(tensor(b, 'x')), b.sqrt(b.exp(tensor(b, 'y')))]
    const { order } = kernelsOf({ outputs: { one, other } })
    assert.deepEqual(
      order.map(({ inputs }) => inputs[0]!.origin),
      ['given', 'computed', 'given'],
    )
  })

  test('a length that is not known has no size', () => {
    const b = new GraphBuilder()
    const x = b.input('x', 'float32', ['B', 100])
    assert.throws(() => memoryOf({ outputs: { y: b.exp(x) } }), /not known/)
  })
})
