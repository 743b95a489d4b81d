/**
 * The nodes of the graph: about forty primitives that mean the same as their ONNX namesakes.
 *
 * A node is frozen data. Nodes are made by a `GraphBuilder` only, which interns them: equal nodes of
 * one builder are the same object, so common subexpressions are shared by construction.
 */

export type DType = 'float32' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool'

/** float16 comes from `rewrite/half.ts` alone: graphs are built and differentiated in float32. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float16'
}

/** A length known now, or the name of one known at run time (exported graphs only). */
export type Dim = number | string
export type Shape = readonly Dim[]

export interface TensorType {
  readonly shape: Shape
  readonly dtype: DType
}

/** Row-major values of a constant; those of integers and truth values fit a double. */
export type ConstantValues = Float32Array | Float64Array | Int8Array | readonly number[]

type None = Readonly<Record<never, never>>

/** Every op with the type of its attributes. Adding a name here makes the compiler list what is missing. */
export interface OpAttributes {
  Input: { readonly name: string; readonly type: TensorType }
  Constant: { readonly values: ConstantValues; readonly type: TensorType; readonly name?: string }
  /** A tensor of one value. */
  Fill: { readonly value: number; readonly type: TensorType }

  Add: None
  Sub: None
  Mul: None
  Div: None
  Min: None
  Max: None
  Equal: None
  Less: None
  And: None
  Or: None
  Not: None
  /** condition, value if true, value if false */
  Where: None

  Neg: None
  Exp: None
  Log: None
  Sqrt: None
  Erf: None
  Tanh: None
  Floor: None
  Cast: { readonly to: DType }
  /** The identity, with the gradient cut. */
  StopGradient: None
  /** The identity: what lies between two boundaries can be computed again in the backward pass. */
  Boundary: None

  MatMul: None
  Transpose: { readonly perm: readonly number[] }
  Reshape: { readonly shape: Shape }
  Expand: { readonly shape: Shape }
  Concat: { readonly axis: number }
  ReduceSum: { readonly axes: readonly number[]; readonly keepDims: boolean }
  ReduceMean: { readonly axes: readonly number[]; readonly keepDims: boolean }
  ReduceMax: { readonly axes: readonly number[]; readonly keepDims: boolean }
  /** Over the last axis. */
  Softmax: None
  /** Over the last axis. */
  LogSoftmax: None
  /** data, indices (int64): replaces `axis` of data by the shape of indices; negative indices count from the end. */
  Gather: { readonly axis: number }
  /** data [N, ...], indices [K] (int64), updates [K, ...]: data with each update added to its row. */
  ScatterAdd: None
  CumSum: { readonly axis: number; readonly exclusive: boolean }
  ArgMax: { readonly axis: number; readonly keepDims: boolean }

  /** Fused kernels: no gradient of their own, made by `rewrite/fuse.ts` after differentiation. */
  FusedMatMul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number }
  Gelu: None
  /** x, scale, bias: three outputs (value, mean, inverse standard deviation), see `Pick`. */
  LayerNormalization: { readonly epsilon: number }
  /** x: three outputs (uint8 value, its scale and zero point, both scalars). Made by `rewrite/int8.ts`. */
  DynamicQuantizeLinear: None
  /** a (uint8), b (int8) and the zero point of a: (a - zero point) x b in int32. */
  MatMulInteger: None
  /** One output of a node that has several. */
  Pick: { readonly index: number }
}

export type OpName = keyof OpAttributes

export interface Node<K extends OpName = OpName> extends TensorType {
  readonly id: number
  readonly op: K
  readonly inputs: readonly Node[]
  readonly attributes: OpAttributes[K]
}

/** A table with one rule per op; the rule sees the attributes of its own op. */
export type OpTable<Rule extends Record<OpName, unknown>> = { readonly [K in OpName]: Rule[K] }

export function isOp<K extends OpName>(node: Node, op: K): node is Node<K> {
  return node.op === op
}

/** The number of elements; every dim must be known. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const dim of shape) {
    if (typeof dim === 'string') throw new Error(`the size of [${shape.join(', ')}] is not known`)
    size *= dim
  }
  return size
}

/** The shape with every dim known, for ops that need it. */
export function knownShape(shape: Shape): readonly number[] {
  sizeOf(shape)
  return shape as readonly number[]
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i])
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}
