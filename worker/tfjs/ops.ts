import type { Tensor } from '@tensorflow/tfjs-core'
import {
  knownShape,
  type DType,
  type Node,
  type OpName,
  type OpTable,
} from '../../engine/ir/node.ts'

/** Any build of TensorFlow.js: the native one, or the core with a backend. */
export type Tf = typeof import('@tensorflow/tfjs-core')

/** The tensor of a node from those of its inputs; what a rule makes on the way is disposed of for it. */
type Compute<K extends OpName> = (tf: Tf, node: Node<K>, inputs: readonly Tensor[]) => Tensor
type Rules = OpTable<{ [K in OpName]: Compute<K> | 'fed' | 'fused' }>

/** It has no floats of 16 bits, and no integers of 64: ids and indices are int32, exact below 2^31, and their quotients below 2^24. */
export const typeOf: Record<DType, 'float32' | 'int32' | 'bool'> = {
  float32: 'float32',
  float16: 'float32',
  int64: 'int32',
  int32: 'int32',
  int8: 'int32',
  uint8: 'int32',
  bool: 'bool',
}

const rules: Rules = {
  Input: 'fed',
  Constant: 'fed',
  Fill: (tf, { attributes: { value, type } }) =>
    tf.fill([...knownShape(type.shape)], value, typeOf[type.dtype] as 'float32'),

  Add: (tf, _, [x, y]) => tf.add(x!, y!),
  Sub: (tf, _, [x, y]) => tf.sub(x!, y!),
  Mul: (tf, _, [x, y]) => tf.mul(x!, y!),
  Div: (tf, node, [x, y]) => {
    if (node.dtype !== 'int64') return tf.div(x!, y!)
    return tf.cast(tf.div(tf.cast(x!, 'float32'), tf.cast(y!, 'float32')), 'int32')
  },
  Min: (tf, _, [x, y]) => tf.minimum(x!, y!),
  Max: (tf, _, [x, y]) => tf.maximum(x!, y!),
  Equal: (tf, _, [x, y]) => tf.equal(x!, y!),
  Less: (tf, _, [x, y]) => tf.less(x!, y!),
  And: (tf, _, [x, y]) => tf.logicalAnd(x!, y!),
  Or: (tf, _, [x, y]) => tf.logicalOr(x!, y!),
  Not: (tf, _, [x]) => tf.logicalNot(x!),
  Where: (tf, _, [condition, yes, no]) => tf.where(condition!, yes!, no!),

  Neg: (tf, _, [x]) => tf.neg(x!),
  Exp: (tf, _, [x]) => tf.exp(x!),
  Log: (tf, _, [x]) => tf.log(x!),
  Sqrt: (tf, _, [x]) => tf.sqrt(x!),
  Erf: (tf, _, [x]) => tf.erf(x!),
  Tanh: (tf, _, [x]) => tf.tanh(x!),
  Floor: (tf, _, [x]) => tf.floor(x!),
  Cast: (tf, { attributes: { to } }, [x]) => tf.cast(x!, typeOf[to]),
  StopGradient: (tf, _, [x]) => tf.clone(x!),
  Boundary: (tf, _, [x]) => tf.clone(x!),

  MatMul: (tf, { shape }, [x, y]) => {
    // Its kernels take matrices in turn and not by the rule of broadcasting, where both have several.
    const batch = knownShape(shape).slice(0, -2)
    const [p, q] = [x!, y!].map((side) =>
      isOneMatrix(side) ? side : tf.broadcastTo(side, [...batch, ...side.shape.slice(-2)]),
    )
    return tf.matMul(p!, q!)
  },
  Transpose: (tf, { attributes: { perm } }, [x]) => tf.transpose(x!, [...perm]),
  Reshape: (tf, { shape }, [x]) => tf.reshape(x!, [...knownShape(shape)]),
  Expand: (tf, { shape }, [x]) => tf.broadcastTo(x!, [...knownShape(shape)]),
  Concat: (tf, { attributes: { axis } }, inputs) => tf.concat([...inputs], axis),
  ReduceSum: (tf, { attributes: { axes, keepDims } }, [x]) => tf.sum(x!, [...axes], keepDims),
  ReduceMean: (tf, { attributes: { axes, keepDims } }, [x]) => tf.mean(x!, [...axes], keepDims),
  ReduceMax: (tf, { attributes: { axes, keepDims } }, [x]) => tf.max(x!, [...axes], keepDims),
  Softmax: (tf, _, [x]) => tf.softmax(x!),
  LogSoftmax: (tf, _, [x]) => tf.logSoftmax(x!),
  Gather: (tf, { attributes: { axis } }, [data, indices]) => {
    const length = data!.shape[axis]!
    const fromEnd = tf.less(indices!, tf.scalar(0, 'int32'))
    const counted = tf.add(indices!, tf.scalar(length, 'int32'))
    return tf.gather(data!, tf.where(fromEnd, counted, indices!) as never, axis)
  },
  ScatterAdd: (tf, { shape }, [data, indices, updates]) => {
    const rows = tf.reshape(indices!, [-1, 1]) as never
    return tf.add(data!, tf.scatterND(rows, updates!, [...knownShape(shape)] as never))
  },
  CumSum: (tf, { attributes: { axis, exclusive } }, [x]) => tf.cumsum(x!, axis, exclusive),
  ArgMax: (tf, { attributes: { axis, keepDims } }, [x]) => {
    const best = tf.argMax(x!, axis)
    return keepDims ? tf.expandDims(best, axis) : best
  },

  FusedMatMul: 'fused',
  Gelu: 'fused',
  LayerNormalization: 'fused',
  DynamicQuantizeLinear: 'fused',
  MatMulInteger: 'fused',
  Pick: 'fused',
}

function isOneMatrix({ shape }: Tensor): boolean {
  return shape.slice(0, -2).every((dim) => dim === 1)
}

export function computeNode(tf: Tf, node: Node, inputs: readonly Tensor[]): Tensor {
  const rule = rules[node.op] as Compute<OpName> | 'fed' | 'fused'
  if (typeof rule === 'string') throw new Error(`${node.op} is not computed here: it is ${rule}`)
  return tf.tidy(() => rule(tf, node, inputs))
}
