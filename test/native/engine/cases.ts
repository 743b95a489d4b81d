import type { GraphBuilder } from '../../../engine/ir/builder.ts'
import type { Node, OpName } from '../../../engine/ir/node.ts'

/**
 * One line per op and shape: the inputs (float shapes, or index tensors with a limit) and the
 * expression. Each case is checked against onnxruntime for its value and against central
 * differences for its gradient.
 */
export type Operand =
  | { readonly shape: readonly number[]; readonly positive?: boolean }
  | { readonly shape: readonly number[]; readonly below: number }

export interface Case {
  readonly inputs: readonly Operand[]
  readonly build: (b: GraphBuilder, ...inputs: Node[]) => Node
}

const x = (...shape: number[]): Operand => ({ shape })
const positive = (...shape: number[]): Operand => ({ shape, positive: true })
const index = (below: number, ...shape: number[]): Operand => ({ shape, below })

type Binary = 'add' | 'sub' | 'mul' | 'min' | 'max'
const binary = (op: Binary): Case[] => [
  { inputs: [x(2, 3), x(2, 3)], build: (b, p, q) => b[op](p!, q!) },
  { inputs: [x(2, 3, 4), x(4)], build: (b, p, q) => b[op](p!, q!) },
  { inputs: [x(3, 1), x(2, 1, 5)], build: (b, p, q) => b[op](p!, q!) },
]
type Unary = 'neg' | 'exp' | 'erf' | 'tanh' | 'floor' | 'softmax' | 'logSoftmax'
const unary = (op: Unary): Case[] =>
  [x(4), x(2, 3), x(2, 2, 5)].map((input) => ({ inputs: [input], build: (b, p) => b[op](p!) }))
const positiveUnary = (op: 'log' | 'sqrt'): Case[] =>
  [positive(4), positive(2, 3), positive(2, 1, 5)].map((input) => ({
    inputs: [input],
    build: (b, p) => b[op](p!),
  }))
type Reduction = 'reduceSum' | 'reduceMean' | 'reduceMax'
const reduction = (op: Reduction): Case[] => [
  { inputs: [x(3, 4)], build: (b, p) => b[op](p!, [1]) },
  { inputs: [x(2, 3, 4)], build: (b, p) => b[op](p!, [0, 2], true) },
  { inputs: [x(2, 3)], build: (b, p) => b[op](p!, [0, 1]) },
]
/** A truth value as floats, so that it can be an output that is compared. */
const truth = (build: (b: GraphBuilder, p: Node, q: Node) => Node): Case[] =>
  [
    [x(2, 3), x(2, 3)],
    [x(2, 3, 2), x(2)],
    [x(3, 1), x(1, 4)],
  ].map((inputs) => ({ inputs, build: (b, p, q) => b.cast(build(b, p!, q!), 'float32') }))

/** What a rewrite makes has the tests of its rewrite. */
type Covered = Exclude<
  OpName,
  'FusedMatMul' | 'Gelu' | 'LayerNormalization' | 'DynamicQuantizeLinear' | 'MatMulInteger' | 'Pick'
>

/** Ops that stand in here under another's name are the trivial ones: inputs and constants. */
export const cases: { readonly [K in Covered]: readonly Case[] } = {
  Input: [
    { inputs: [x(3)], build: (_, p) => p! },
    { inputs: [x(2, 3)], build: (_, p) => p! },
    { inputs: [x()], build: (_, p) => p! },
  ],
  Constant: [
    { inputs: [x(3)], build: (b, p) => b.mul(p!, b.constant('float32', [3], [1, 2, 3])) },
    { inputs: [x(2, 1)], build: (b, p) => b.add(p!, b.constant('float32', [1, 2], [4, 5])) },
    { inputs: [x(2)], build: (b, p) => b.mul(p!, b.scalar(7)) },
  ],
  Fill: [
    { inputs: [x(3)], build: (b, p) => b.mul(p!, b.fill(2, [3])) },
    { inputs: [x(2)], build: (b, p) => b.add(p!, b.fill(0, [3, 2])) },
    { inputs: [x()], build: (b, p) => b.sub(b.fill(1, []), p!) },
  ],
  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: [
    { inputs: [x(2, 3), positive(2, 3)], build: (b, p, q) => b.div(p!, q!) },
    { inputs: [x(2, 3, 4), positive(4)], build: (b, p, q) => b.div(p!, q!) },
    { inputs: [x(3, 1), positive(2, 1, 5)], build: (b, p, q) => b.div(p!, q!) },
  ],
  Min: binary('min'),
  Max: binary('max'),
  Equal: truth((b, p, q) => b.equal(b.floor(p), b.floor(q))),
  Less: truth((b, p, q) => b.less(p, q)),
  And: truth((b, p, q) => b.and(b.less(p, q), b.less(q, 0.3))),
  Or: truth((b, p, q) => b.or(b.less(p, q), b.less(q, -0.3))),
  Not: truth((b, p, q) => b.not(b.less(p, q))),
  Where: [
    { inputs: [x(2, 3), x(2, 3)], build: (b, p, q) => b.where(b.less(p!, q!), p!, q!) },
    { inputs: [x(2, 3), x(3)], build: (b, p, q) => b.where(b.less(p!, 0), q!, p!) },
    { inputs: [x(3, 1), x(1, 2)], build: (b, p, q) => b.where(b.less(q!, 0), p!, q!) },
  ],
  Neg: unary('neg'),
  Exp: unary('exp'),
  Log: positiveUnary('log'),
  Sqrt: positiveUnary('sqrt'),
  Erf: unary('erf'),
  Tanh: unary('tanh'),
  Floor: unary('floor'),
  Cast: truth((b, p, q) => b.less(b.cast(b.cast(p, 'int64'), 'float32'), q)),
  StopGradient: [
    { inputs: [x(3)], build: (b, p) => b.mul(p!, b.stopGradient(b.fill(2, [3]))) },
    { inputs: [x(2, 2)], build: (b, p) => b.add(p!, b.stopGradient(b.scalar(1))) },
    { inputs: [x()], build: (b, p) => b.mul(b.stopGradient(b.scalar(3)), p!) },
  ],
  Boundary: [
    { inputs: [x(3)], build: (b, p) => b.mul(b.boundary(p!), p!) },
    { inputs: [x(2, 2)], build: (b, p) => b.boundary(b.add(p!, 1)) },
    { inputs: [x()], build: (b, p) => b.mul(b.boundary(b.scalar(3)), p!) },
  ],
  MatMul: [
    { inputs: [x(3, 4), x(4, 2)], build: (b, p, q) => b.matMul(p!, q!) },
    { inputs: [x(2, 3, 4), x(4, 5)], build: (b, p, q) => b.matMul(p!, q!) },
    { inputs: [x(2, 1, 3, 4), x(3, 4, 2)], build: (b, p, q) => b.matMul(p!, q!) },
  ],
  Transpose: [
    { inputs: [x(2, 3)], build: (b, p) => b.transpose(p!, [1, 0]) },
    { inputs: [x(2, 3, 4)], build: (b, p) => b.transpose(p!, [1, 2, 0]) },
    { inputs: [x(2, 3, 2, 2)], build: (b, p) => b.transpose(p!, [0, 2, 1, 3]) },
  ],
  Reshape: [
    { inputs: [x(2, 3)], build: (b, p) => b.reshape(p!, [6]) },
    { inputs: [x(2, 3, 4)], build: (b, p) => b.reshape(p!, [4, 6]) },
    { inputs: [x(1)], build: (b, p) => b.reshape(p!, []) },
  ],
  Expand: [
    { inputs: [x(3)], build: (b, p) => b.expand(p!, [2, 3]) },
    { inputs: [x(2, 1, 3)], build: (b, p) => b.expand(p!, [2, 4, 3]) },
    { inputs: [x()], build: (b, p) => b.expand(p!, [2, 2]) },
  ],
  Concat: [
    { inputs: [x(2, 3), x(2, 2)], build: (b, p, q) => b.concat([p!, q!], 1) },
    { inputs: [x(1, 3), x(2, 3)], build: (b, p, q) => b.concat([p!, q!, p!], 0) },
    { inputs: [x(2, 1, 2), x(2, 3, 2)], build: (b, p, q) => b.concat([p!, q!], 1) },
  ],
  ReduceSum: reduction('reduceSum'),
  ReduceMean: reduction('reduceMean'),
  ReduceMax: reduction('reduceMax'),
  Softmax: unary('softmax'),
  LogSoftmax: unary('logSoftmax'),
  Gather: [
    { inputs: [x(5, 3), index(5, 4)], build: (b, p, q) => b.gather(p!, q!) },
    { inputs: [x(4, 2), index(4, 2, 3)], build: (b, p, q) => b.gather(p!, q!) },
    { inputs: [x(2, 5, 3), index(5, 4)], build: (b, p, q) => b.gather(p!, q!, 1) },
  ],
  ScatterAdd: [
    {
      inputs: [x(5, 3), index(5, 4), x(4, 3)],
      build: (b, p, q, r) => b.scatterAdd(p!, q!, r!),
    },
    { inputs: [x(3), index(3, 6), x(6)], build: (b, p, q, r) => b.scatterAdd(p!, q!, r!) },
    {
      inputs: [x(2, 2, 2), index(2, 3), x(3, 2, 2)],
      build: (b, p, q, r) => b.scatterAdd(p!, q!, r!),
    },
  ],
  CumSum: [
    { inputs: [x(5)], build: (b, p) => b.cumSum(p!, 0) },
    { inputs: [x(2, 4)], build: (b, p) => b.cumSum(p!, 1, true) },
    { inputs: [x(3, 2, 2)], build: (b, p) => b.cumSum(p!, 0) },
  ],
  ArgMax: [
    { inputs: [x(2, 4)], build: (b, p) => b.cast(b.argMax(p!, 1), 'float32') },
    { inputs: [x(2, 3, 2)], build: (b, p) => b.cast(b.argMax(p!, 1, true), 'float32') },
    { inputs: [x(6)], build: (b, p) => b.cast(b.argMax(p!, 0), 'float32') },
  ],
}
