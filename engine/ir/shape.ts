import { fail } from '../../core/errors.ts'
import {
  formatShape,
  isFloat,
  sameShape,
  type Dim,
  type DType,
  type Node,
  type OpAttributes,
  type OpName,
  type Shape,
  type TensorType,
} from './node.ts'

type ShapeRule<K extends OpName> = (
  inputs: readonly TensorType[],
  attributes: OpAttributes[K],
) => TensorType

/** What type each op gives. Wrong operands end in `engine.shape`, "expected, got". */
const rules: { readonly [K in OpName]: ShapeRule<K> } = {
  Input: (_, { type }) => type,
  Constant: (_, { type }) => type,
  Fill: (_, { type }) => type,

  Add: (inputs) => arithmetic('Add', inputs),
  Sub: (inputs) => arithmetic('Sub', inputs),
  Mul: (inputs) => arithmetic('Mul', inputs),
  Div: (inputs) => arithmetic('Div', inputs),
  Min: (inputs) => arithmetic('Min', inputs),
  Max: (inputs) => arithmetic('Max', inputs),
  Equal: (inputs) => ({ ...arithmetic('Equal', inputs), dtype: 'bool' }),
  Less: (inputs) => ({ ...arithmetic('Less', inputs), dtype: 'bool' }),
  And: (inputs) => logical('And', inputs),
  Or: (inputs) => logical('Or', inputs),
  Not: (inputs) => logical('Not', inputs),
  Where: ([condition, yes, no]) => {
    expectDType('Where condition', condition!, 'bool')
    const value = arithmetic('Where', [yes!, no!])
    return { shape: broadcastShapes('Where', condition!.shape, value.shape), dtype: value.dtype }
  },

  Neg: ([x]) => x!,
  Exp: ([x]) => floating('Exp', x!),
  Log: ([x]) => floating('Log', x!),
  Sqrt: ([x]) => floating('Sqrt', x!),
  Erf: ([x]) => floating('Erf', x!),
  Tanh: ([x]) => floating('Tanh', x!),
  Floor: ([x]) => floating('Floor', x!),
  Cast: ([x], { to }) => ({ shape: x!.shape, dtype: to }),
  StopGradient: ([x]) => x!,
  Boundary: ([x]) => x!,

  MatMul: ([a, b]) => matMulType('MatMul', a!, b!, false, false),
  Transpose: ([x], { perm }) => {
    const sorted = [...perm].sort((p, q) => p - q)
    if (sorted.length !== x!.shape.length || sorted.some((axis, i) => axis !== i)) {
      mismatch('Transpose', `a permutation of ${x!.shape.length} axes`, `[${perm.join(', ')}]`)
    }
    return { shape: perm.map((axis) => x!.shape[axis]!), dtype: x!.dtype }
  },
  Reshape: ([x], { shape }) => {
    const [from, to] = [productOf(x!.shape), productOf(shape)]
    if (from !== to) mismatch('Reshape', `${from} elements`, `${formatShape(shape)} = ${to}`)
    return { shape, dtype: x!.dtype }
  },
  Expand: ([x], { shape }) => {
    const wide = broadcastShapes('Expand', x!.shape, shape)
    if (!sameShape(wide, shape)) mismatch('Expand', formatShape(wide), formatShape(shape))
    return { shape, dtype: x!.dtype }
  },
  Concat: (inputs, { axis }) => concatType(inputs, axis),
  ReduceSum: ([x], { axes, keepDims }) => reduced('ReduceSum', x!, axes, keepDims),
  ReduceMean: ([x], { axes, keepDims }) => reduced('ReduceMean', x!, axes, keepDims),
  ReduceMax: ([x], { axes, keepDims }) => reduced('ReduceMax', x!, axes, keepDims),
  Softmax: ([x]) => floating('Softmax', x!),
  LogSoftmax: ([x]) => floating('LogSoftmax', x!),
  Gather: ([data, indices], { axis }) => {
    expectDType('Gather indices', indices!, 'int64')
    expectAxis('Gather', data!, axis)
    const { shape } = data!
    return {
      shape: [...shape.slice(0, axis), ...indices!.shape, ...shape.slice(axis + 1)],
      dtype: data!.dtype,
    }
  },
  ScatterAdd: ([data, indices, updates]) => {
    expectDType('ScatterAdd indices', indices!, 'int64')
    const expected = [...indices!.shape, ...data!.shape.slice(1)]
    if (indices!.shape.length !== 1 || !sameShape(updates!.shape, expected)) {
      mismatch('ScatterAdd', formatShape(expected), formatShape(updates!.shape))
    }
    return data!
  },
  CumSum: ([x], { axis }) => {
    expectAxis('CumSum', x!, axis)
    return x!
  },
  ArgMax: ([x], { axis, keepDims }) => ({
    ...reduced('ArgMax', x!, [axis], keepDims),
    dtype: 'int64',
  }),

  FusedMatMul: ([a, b], { transA, transB }) => matMulType('FusedMatMul', a!, b!, transA, transB),
  Gelu: ([x]) => floating('Gelu', x!),
  LayerNormalization: ([x]) => floating('LayerNormalization', x!),
  DynamicQuantizeLinear: ([x]) => {
    expectDType('DynamicQuantizeLinear', x!, 'float32')
    return { shape: x!.shape, dtype: 'uint8' }
  },
  MatMulInteger: ([a, b, zeroPoint]) => {
    expectDType('MatMulInteger', a!, 'uint8')
    expectDType('MatMulInteger weights', b!, 'int8')
    expectDType('MatMulInteger zero point', zeroPoint!, 'uint8')
    return { ...matMulType('MatMulInteger', a!, b!, false, false), dtype: 'int32' }
  },
  Pick: ([source], { index }) => outputTypes(source as Node)[index]!,
}

export function inferType<K extends OpName>(
  op: K,
  inputs: readonly TensorType[],
  attributes: OpAttributes[K],
): TensorType {
  const rule = rules[op] as ShapeRule<K>
  const { shape, dtype } = rule(inputs, attributes)
  return { shape, dtype }
}

/** The types of all outputs; most nodes have one. */
export function outputTypes(node: Node): readonly TensorType[] {
  const value = { shape: node.shape, dtype: node.dtype }
  if (node.op === 'DynamicQuantizeLinear') {
    return [value, { shape: [], dtype: 'float32' }, { shape: [], dtype: 'uint8' }]
  }
  if (node.op !== 'LayerNormalization') return [value]
  const statistic: TensorType = { shape: [...node.shape.slice(0, -1), 1], dtype: node.dtype }
  return [value, statistic, statistic]
}

/** The shape that two operands meet in, by the rule of NumPy. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  const shape: Dim[] = []
  for (let i = 0; i < rank; i++) {
    const p = a[a.length - rank + i] ?? 1
    const q = b[b.length - rank + i] ?? 1
    if (p !== q && p !== 1 && q !== 1) {
      mismatch(op, 'shapes that broadcast', `${formatShape(a)} and ${formatShape(b)}`)
    }
    shape.push(p === 1 ? q : p)
  }
  return shape
}

function mismatch(op: string, expected: string, got: string): never {
  fail('engine.shape', { op, expected, got })
}

function expectDType(what: string, type: TensorType, dtype: DType): void {
  if (type.dtype !== dtype) mismatch(what, dtype, type.dtype)
}

function expectAxis(op: string, type: TensorType, axis: number): void {
  if (axis < 0 || axis >= type.shape.length) {
    mismatch(op, `an axis of ${formatShape(type.shape)}`, String(axis))
  }
}

function arithmetic(op: string, inputs: readonly TensorType[]): TensorType {
  const [a, b] = [inputs[0]!, inputs[1]!]
  if (a.dtype !== b.dtype) mismatch(op, `two of ${a.dtype}`, b.dtype)
  return { shape: broadcastShapes(op, a.shape, b.shape), dtype: a.dtype }
}

function logical(op: string, inputs: readonly TensorType[]): TensorType {
  for (const input of inputs) expectDType(op, input, 'bool')
  return inputs.length === 1 ? inputs[0]! : arithmetic(op, inputs)
}

function floating(op: string, type: TensorType): TensorType {
  if (!isFloat(type.dtype)) mismatch(op, 'floats', type.dtype)
  return type
}

function reduced(
  op: string,
  type: TensorType,
  axes: readonly number[],
  keepDims: boolean,
): TensorType {
  for (const axis of axes) expectAxis(op, type, axis)
  const shape = keepDims
    ? type.shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
    : type.shape.filter((_, i) => !axes.includes(i))
  return { shape, dtype: type.dtype }
}

function matMulType(
  op: string,
  a: TensorType,
  b: TensorType,
  transA: boolean,
  transB: boolean,
): TensorType {
  if (a.shape.length < 2 || b.shape.length < 2) {
    mismatch(op, 'two matrices', `${formatShape(a.shape)} x ${formatShape(b.shape)}`)
  }
  const [rows, innerA] = lastTwo(a.shape, transA)
  const [innerB, columns] = lastTwo(b.shape, transB)
  if (innerA !== innerB) {
    mismatch(op, 'equal inner sizes', `${formatShape(a.shape)} x ${formatShape(b.shape)}`)
  }
  const batch = broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2))
  return { shape: [...batch, rows, columns], dtype: a.dtype }
}

function lastTwo(shape: Shape, swap: boolean): [Dim, Dim] {
  const [p, q] = [shape[shape.length - 2]!, shape[shape.length - 1]!]
  return swap ? [q, p] : [p, q]
}

function concatType(inputs: readonly TensorType[], axis: number): TensorType {
  const first = inputs[0]!
  expectAxis('Concat', first, axis)
  for (const input of inputs) {
    const fits =
      input.shape.length === first.shape.length &&
      input.shape.every((dim, i) => i === axis || dim === first.shape[i])
    if (!fits) mismatch('Concat', formatShape(first.shape), formatShape(input.shape))
  }
  const shape = [...first.shape]
  shape[axis] = sumDims(inputs.map((input) => input.shape[axis]!))
  return { shape, dtype: first.dtype }
}

/** Lengths added up; symbols stay symbols: `T`, 8 give `T+8`, and `B`, `B` give `2*B`. */
function sumDims(dims: readonly Dim[]): Dim {
  const rest = dims.reduce<number>((sum, dim) => sum + (typeof dim === 'number' ? dim : 0), 0)
  const counts = new Map<string, number>()
  for (const dim of dims) {
    if (typeof dim === 'string') counts.set(dim, (counts.get(dim) ?? 0) + 1)
  }
  const terms = [...counts].map(([name, count]) => (count === 1 ? name : `${count}*${name}`))
  if (terms.length === 0) return rest
  return rest === 0 ? terms.join('+') : `${terms.join('+')}+${rest}`
}

/** Product of the known dims with the symbols sorted behind, to compare element counts. */
function productOf(shape: Shape): string {
  const factors = shape.map(factorsOf)
  const names = factors.flatMap(([, name]) => (name === '' ? [] : [name])).sort()
  const known = factors.reduce((product, [factor]) => product * factor, 1)
  return names.length === 0 ? String(known) : `${known} x ${names.join(' x ')}`
}

/** `2*B` is 2 of B, `B` one of B, and 8 is 8 of nothing. */
function factorsOf(dim: Dim): [number, string] {
  if (typeof dim === 'number') return [dim, '']
  const [, count, name] = /^(\d+)\*([^*+]+)$/.exec(dim) ?? []
  return name === undefined ? [1, dim] : [Number(count), name]
}
