import { floats, integers, interfaceOf, type Executor, type HostTensor } from './executor.ts'
import { HostStore } from './host-store.ts'
import { inputsOf, nodesOf, type Graph } from './ir/graph.ts'
import {
  isFloat,
  isOp,
  knownShape,
  sizeOf,
  type Node,
  type OpName,
  type OpTable,
} from './ir/node.ts'

/**
 * The slow evaluator that the others are measured against: every value, integers and truth values
 * too, is float64; those of float16 nodes are rounded to it. It follows the ONNX text and nothing else,
 * and is used in tests, to try devices, and for the scalars between loops.
 */

type Values = Float64Array
type Evaluate<K extends OpName> = (node: Node<K>, inputs: readonly Values[]) => Values
type Rules = OpTable<{ [K in OpName]: Evaluate<K> }>

const rules: Rules = {
  Input: (node) => {
    throw new Error(`input ${node.attributes.name} was not fed`)
  },
  Constant: (node) => Float64Array.from(node.attributes.values),
  Fill: (node) => new Float64Array(sizeOf(node.shape)).fill(node.attributes.value),

  Add: (node, inputs) => zip(node, inputs, (x, y) => x + y),
  Sub: (node, inputs) => zip(node, inputs, (x, y) => x - y),
  Mul: (node, inputs) => zip(node, inputs, (x, y) => x * y),
  Div: (node, inputs) =>
    zip(node, inputs, node.dtype === 'int64' ? (x, y) => Math.trunc(x / y) : (x, y) => x / y),
  Min: (node, inputs) => zip(node, inputs, Math.min),
  Max: (node, inputs) => zip(node, inputs, Math.max),
  Equal: (node, inputs) => zip(node, inputs, (x, y) => Number(x === y)),
  Less: (node, inputs) => zip(node, inputs, (x, y) => Number(x < y)),
  And: (node, inputs) => zip(node, inputs, (x, y) => x * y),
  Or: (node, inputs) => zip(node, inputs, Math.max),
  Not: (_, [x]) => x!.map((value) => 1 - value),
  Where: (node, [condition, yes, no]) => {
    const pick = node.inputs.map((input) => broadcastIndex(input, node))
    return Float64Array.from({ length: sizeOf(node.shape) }, (_, i) =>
      condition![pick[0]!(i)] ? yes![pick[1]!(i)]! : no![pick[2]!(i)]!,
    )
  },

  Neg: (_, [x]) => x!.map((value) => -value),
  Exp: (_, [x]) => x!.map(Math.exp),
  Log: (_, [x]) => x!.map(Math.log),
  Sqrt: (_, [x]) => x!.map(Math.sqrt),
  Erf: (_, [x]) => x!.map(errorFunction),
  Tanh: (_, [x]) => x!.map(Math.tanh),
  Floor: (_, [x]) => x!.map(Math.floor),
  Cast: ({ attributes: { to } }, [x]) => {
    if (to === 'bool') return x!.map((value) => Number(value !== 0))
    return isFloat(to) ? x!.slice() : x!.map(Math.trunc)
  },
  StopGradient: (_, [x]) => x!.slice(),
  Boundary: (_, [x]) => x!.slice(),

  MatMul: (node, inputs) => multiply(node, inputs, false, false, 1),
  Transpose: (node, [x]) => {
    const from = stridesOf(knownShape(node.inputs[0]!.shape))
    const order = node.attributes.perm.map((axis) => from[axis]!)
    return gatherBy(
      knownShape(node.shape),
      (index) => x![index.reduce((sum, at, i) => sum + at * order[i]!, 0)]!,
    )
  },
  Reshape: (_, [x]) => x!.slice(),
  Expand: (node, [x]) => {
    const pick = broadcastIndex(node.inputs[0]!, node)
    return Float64Array.from({ length: sizeOf(node.shape) }, (_, i) => x![pick(i)]!)
  },
  Concat: (node, inputs) => concatenate(node, inputs),
  ReduceSum: (node, [x]) => reduce(node, x!, node.attributes.axes, 0, (sum, value) => sum + value),
  ReduceMean: (node, [x]) => {
    const sums = reduce(node, x!, node.attributes.axes, 0, (sum, value) => sum + value)
    return sums.map((sum) => (sum * sums.length) / x!.length)
  },
  ReduceMax: (node, [x]) => reduce(node, x!, node.attributes.axes, -Infinity, Math.max),
  Softmax: (node, [x]) => softmaxRows(node, x!, false),
  LogSoftmax: (node, [x]) => softmaxRows(node, x!, true),
  Gather: (node, [data, indices]) => gatherAxis(node, data!, indices!),
  ScatterAdd: (node, [data, indices, updates]) => {
    const result = data!.slice()
    const width = sizeOf(node.shape.slice(1))
    indices!.forEach((row, k) => {
      for (let i = 0; i < width; i++) result[row * width + i]! += updates![k * width + i]!
    })
    return result
  },
  CumSum: (node, [x]) => cumulate(node, x!),
  ArgMax: (node, [x]) => argMax(node, x!),

  FusedMatMul: (node, inputs) => {
    const { transA, transB, alpha } = node.attributes
    return multiply(node, inputs, transA, transB, alpha)
  },
  Gelu: (_, [x]) => x!.map((value) => value * 0.5 * (1 + errorFunction(value * Math.SQRT1_2))),
  LayerNormalization: (node, inputs) => normalise(node, inputs)[0]!,
  DynamicQuantizeLinear: (_, [x]) => quantizeDynamically(x!)[0]!,
  MatMulInteger: (node, [a, b, zeroPoint]) => {
    const centred = a!.map((value) => value - zeroPoint![0]!)
    return multiply(node, [centred, b!], false, false, 1)
  },
  Pick: (node) => {
    throw new Error(`output ${node.attributes.index} is read from its source`)
  },
}

/** Evaluates a graph in float64. `feeds` holds the values of its inputs, by name, row-major. */
export function evaluate(
  graph: Graph,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, Float64Array> {
  const values = new Map<Node, readonly Values[]>()
  for (const input of inputsOf(graph)) {
    const fed = feeds[input.attributes.name]
    if (fed === undefined) continue
    if (fed.length !== sizeOf(input.shape)) {
      throw new Error(`${input.attributes.name}: ${fed.length} values for ${sizeOf(input.shape)}`)
    }
    values.set(input, [Float64Array.from(fed)])
  }
  for (const node of nodesOf(graph)) {
    if (!values.has(node)) values.set(node, evaluateNode(node, values))
  }
  return Object.fromEntries(
    Object.entries(graph.outputs).map(([name, node]) => [name, values.get(node)![0]!]),
  )
}

/** The reference behind the interface of an executor; results are rounded to float32 at the end. */
export function referenceExecutor(): Executor {
  return {
    name: 'reference',
    compile: async (graph) => ({
      ...interfaceOf(graph),
      async run(feeds, store) {
        const host = store as HostStore | undefined
        const tensors = inputsOf(graph).map(({ attributes: { name } }) => {
          return [name, numbersOf((feeds[name] ?? host?.get(name))!)] as const
        })
        const results = evaluate(graph, Object.fromEntries(tensors))
        const into = host?.next(interfaceOf(graph))
        const outputs: Record<string, HostTensor> = {}
        for (const [name, node] of Object.entries(graph.outputs)) {
          const next = into?.get(name)
          if (next === undefined) outputs[name] = tensorOf(node, results[name]!)
          else (next.data as Float32Array).set(results[name]!)
        }
        return outputs
      },
      dispose: async () => {},
    }),
    createStore: async (tensors) => new HostStore(tensors),
    dispose: async () => {},
  }
}

function numbersOf({ data }: HostTensor): ArrayLike<number> {
  return data instanceof BigInt64Array ? Array.from(data, Number) : data
}

function tensorOf(node: Node, values: Values): HostTensor {
  const shape = knownShape(node.shape)
  if (node.dtype === 'int64') return integers(shape, values)
  if (node.dtype === 'float32') return floats(shape, Float32Array.from(values))
  return { dtype: 'bool', shape, data: Uint8Array.from(values) }
}

/** The outputs of one node, given those of the nodes that it reads. */
export function evaluateNode(
  node: Node,
  values: ReadonlyMap<Node, readonly Values[]>,
): readonly Values[] {
  if (node.op === 'Pick') {
    const { index } = (node as Node<'Pick'>).attributes
    return [values.get(node.inputs[0]!)![index]!]
  }
  const inputs = node.inputs.map((input) => values.get(input)![0]!)
  if (isOp(node, 'LayerNormalization')) return normalise(node, inputs)
  if (isOp(node, 'DynamicQuantizeLinear')) return quantizeDynamically(inputs[0]!)
  const rule = rules[node.op] as Evaluate<OpName>
  const value = rule(node, inputs)
  return [node.dtype === 'float16' ? value.map(Math.f16round) : value]
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride
    stride *= shape[i]!
  }
  return strides
}

function gatherBy(shape: readonly number[], at: (index: readonly number[]) => number): Values {
  const index = shape.map(() => 0)
  return Float64Array.from({ length: sizeOf(shape) }, () => {
    const value = at(index)
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) {
      index[axis] = 0
    }
    return value
  })
}

/** Maps a flat index of the output to the flat index of an operand that broadcasts to it. */
function broadcastIndex(operand: Node, output: Node): (flat: number) => number {
  const to = knownShape(output.shape)
  const from = knownShape(operand.shape)
  const own = stridesOf(from)
  const offset = to.length - from.length
  const strides = to.map((_, i) => (i < offset || from[i - offset] === 1 ? 0 : own[i - offset]!))
  const outer = stridesOf(to)
  return (flat) => {
    let index = 0
    for (let i = 0; i < to.length; i++) {
      index += strides[i]! * (Math.floor(flat / outer[i]!) % to[i]!)
    }
    return index
  }
}

function zip(
  node: Node,
  [x, y]: readonly Values[],
  combine: (x: number, y: number) => number,
): Values {
  const [atX, atY] = node.inputs.map((input) => broadcastIndex(input, node))
  return Float64Array.from({ length: sizeOf(node.shape) }, (_, i) =>
    combine(x![atX!(i)]!, y![atY!(i)]!),
  )
}

function multiply(
  node: Node,
  [a, b]: readonly Values[],
  transA: boolean,
  transB: boolean,
  alpha: number,
): Values {
  const shape = knownShape(node.shape)
  const rank = shape.length
  const strides = (side: Node, swap: boolean) => {
    const own = knownShape(side.shape)
    const all = stridesOf(own)
    const batch = Array.from({ length: rank - 2 }, (_, i) => {
      const at = i - (rank - own.length)
      return at < 0 || own[at] === 1 ? 0 : all[at]!
    })
    const last = [all[own.length - 2]!, all[own.length - 1]!]
    return { batch, row: last[swap ? 1 : 0]!, column: last[swap ? 0 : 1]! }
  }
  const left = strides(node.inputs[0]!, transA)
  const right = strides(node.inputs[1]!, transB)
  const shapeA = knownShape(node.inputs[0]!.shape)
  const inner = shapeA[shapeA.length - (transA ? 2 : 1)]!
  return gatherBy(shape, (index) => {
    let [p, q] = [0, 0]
    for (let i = 0; i < rank - 2; i++) {
      p += index[i]! * left.batch[i]!
      q += index[i]! * right.batch[i]!
    }
    p += index[rank - 2]! * left.row
    q += index[rank - 1]! * right.column
    let sum = 0
    for (let k = 0; k < inner; k++) sum += a![p + k * left.column]! * b![q + k * right.row]!
    return alpha * sum
  })
}

function concatenate(node: Node<'Concat'>, inputs: readonly Values[]): Values {
  const { axis } = node.attributes
  const outer = sizeOf(node.shape.slice(0, axis))
  const result = new Float64Array(sizeOf(node.shape))
  const width = result.length / outer
  let offset = 0
  inputs.forEach((values) => {
    const own = values.length / outer
    for (let o = 0; o < outer; o++) {
      result.set(values.subarray(o * own, (o + 1) * own), o * width + offset)
    }
    offset += own
  })
  return result
}

function reduce(
  node: Node,
  x: Values,
  axes: readonly number[],
  start: number,
  combine: (accumulated: number, value: number) => number,
): Values {
  const shape = knownShape(node.inputs[0]!.shape)
  const strides = stridesOf(shape)
  const kept = shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
  const keptStrides = stridesOf(kept).map((stride, i) => (axes.includes(i) ? 0 : stride))
  const result = new Float64Array(sizeOf(kept)).fill(start)
  x.forEach((value, flat) => {
    let at = 0
    for (let i = 0; i < shape.length; i++) {
      at += keptStrides[i]! * (Math.floor(flat / strides[i]!) % shape[i]!)
    }
    result[at] = combine(result[at]!, value)
  })
  return result
}

function softmaxRows(node: Node, x: Values, logarithm: boolean): Values {
  const width = knownShape(node.shape)[node.shape.length - 1]!
  const result = x.slice()
  for (let start = 0; start < x.length; start += width) {
    const row = result.subarray(start, start + width)
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity)
    const sum = row.reduce((total, value) => total + Math.exp(value - top), 0)
    row.forEach((value, i) => {
      row[i] = logarithm ? value - top - Math.log(sum) : Math.exp(value - top) / sum
    })
  }
  return result
}

function gatherAxis(node: Node<'Gather'>, data: Values, indices: Values): Values {
  const { axis } = node.attributes
  const shape = knownShape(node.inputs[0]!.shape)
  const outer = sizeOf(shape.slice(0, axis))
  const length = shape[axis]!
  const inner = sizeOf(shape.slice(axis + 1))
  const result = new Float64Array(outer * indices.length * inner)
  for (let o = 0; o < outer; o++) {
    indices.forEach((index, k) => {
      const row = index < 0 ? index + length : index
      const start = (o * length + row) * inner
      result.set(data.subarray(start, start + inner), (o * indices.length + k) * inner)
    })
  }
  return result
}

function cumulate(node: Node<'CumSum'>, x: Values): Values {
  const { axis, exclusive } = node.attributes
  const shape = knownShape(node.shape)
  const stride = stridesOf(shape)[axis]!
  const result = new Float64Array(x.length)
  x.forEach((value, flat) => {
    const first = Math.floor(flat / stride) % shape[axis]! === 0
    const before = first ? 0 : result[flat - stride]! + (exclusive ? x[flat - stride]! : 0)
    result[flat] = exclusive ? before : before + value
  })
  return result
}

function argMax(node: Node<'ArgMax'>, x: Values): Values {
  const { axis } = node.attributes
  const shape = knownShape(node.inputs[0]!.shape)
  const inner = sizeOf(shape.slice(axis + 1))
  const length = shape[axis]!
  return Float64Array.from({ length: x.length / length }, (_, flat) => {
    const start = Math.floor(flat / inner) * length * inner + (flat % inner)
    let best = 0
    for (let k = 1; k < length; k++) {
      if (x[start + k * inner]! > x[start + best * inner]!) best = k
    }
    return best
  })
}

/** Value, mean and inverse standard deviation. */
function normalise(
  node: Node<'LayerNormalization'>,
  [x, scale, bias]: readonly Values[],
): readonly Values[] {
  const width = scale!.length
  const rows = x!.length / width
  const [value, mean, inverse] = [x!.slice(), new Float64Array(rows), new Float64Array(rows)]
  for (let r = 0; r < rows; r++) {
    const row = value.subarray(r * width, (r + 1) * width)
    mean[r] = row.reduce((sum, v) => sum + v, 0) / width
    const variance = row.reduce((sum, v) => sum + (v - mean[r]!) ** 2, 0) / width
    inverse[r] = 1 / Math.sqrt(variance + node.attributes.epsilon)
    row.forEach((v, i) => {
      row[i] = (v - mean[r]!) * inverse[r]! * scale![i]! + bias![i]!
    })
  }
  return [value, mean, inverse]
}

/**
 * Value (0 to 255), scale and zero point; the range includes 0. Scale and quotients are rounded to
 * float32, as all runtimes compute them: what lies between two steps goes to the same one everywhere.
 */
function quantizeDynamically(x: Values): readonly Values[] {
  const [low, high] = [x.reduce((a, b) => Math.min(a, b), 0), x.reduce((a, b) => Math.max(a, b), 0)]
  const scale = Math.fround((high - low) / 255) || 1
  const clamp = (value: number) => Math.min(255, Math.max(0, value))
  const zeroPoint = clamp(roundToEven(Math.fround(-low / scale)))
  const value = x.map((v) => clamp(roundToEven(Math.fround(v / scale)) + zeroPoint))
  return [value, Float64Array.of(scale), Float64Array.of(zeroPoint)]
}

/** The nearest integer; of two that are equally near, the even one. */
function roundToEven(x: number): number {
  const below = Math.floor(x)
  const above = x - below
  return above < 0.5 || (above === 0.5 && below % 2 === 0) ? below : below + 1
}

/** erf to double precision: its series below 3, the continued fraction of erfc above. */
function errorFunction(x: number): number {
  const z = Math.abs(x)
  if (z > 6) return Math.sign(x)
  if (z < 3) {
    let [sum, term] = [z, z]
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-z * z) / n
      sum += term / (2 * n + 1)
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let k = 60; k > 0; k--) fraction = k / 2 / (z + fraction)
  const complement = Math.exp(-z * z) / ((z + fraction) * Math.sqrt(Math.PI))
  return Math.sign(x) * (1 - complement)
}
