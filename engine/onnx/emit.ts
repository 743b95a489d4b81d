import { inputsOf, nodesOf, type Graph } from '../ir/graph.ts'
import {
  isOp,
  type ConstantValues,
  type DType,
  type Node,
  type OpName,
  type OpTable,
  type Shape,
  type TensorType,
} from '../ir/node.ts'
import { outputTypes } from '../ir/shape.ts'
import { Message } from './protobuf.ts'

/** What one node becomes: an operator of ONNX (or of ORT's own domain) with its attributes. */
interface Emitted {
  readonly type: string
  readonly domain?: 'com.microsoft'
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  /** Integer operands that ONNX wants as inputs and the graph holds as attributes. */
  readonly extra?: readonly Extra[]
}
type AttributeValue = number | { readonly float: number } | string | readonly number[]
interface Extra {
  readonly values: readonly number[]
  readonly scalar?: boolean
}

type Emit<K extends OpName> = (node: Node<K>) => Emitted | 'input' | 'initializer' | 'alias'
type Rules = OpTable<{ [K in OpName]: Emit<K> }>

const rules: Rules = {
  Input: () => 'input',
  Constant: () => 'initializer',
  Fill: (node) => ({
    type: 'Expand',
    extra: [{ values: node.shape.map((dim) => known(dim)) }],
  }),

  Add: () => ({ type: 'Add' }),
  Sub: () => ({ type: 'Sub' }),
  Mul: () => ({ type: 'Mul' }),
  Div: () => ({ type: 'Div' }),
  Min: () => ({ type: 'Min' }),
  Max: () => ({ type: 'Max' }),
  Equal: () => ({ type: 'Equal' }),
  Less: () => ({ type: 'Less' }),
  And: () => ({ type: 'And' }),
  Or: () => ({ type: 'Or' }),
  Not: () => ({ type: 'Not' }),
  Where: () => ({ type: 'Where' }),

  Neg: () => ({ type: 'Neg' }),
  Exp: () => ({ type: 'Exp' }),
  Log: () => ({ type: 'Log' }),
  Sqrt: () => ({ type: 'Sqrt' }),
  Erf: () => ({ type: 'Erf' }),
  Tanh: () => ({ type: 'Tanh' }),
  Floor: () => ({ type: 'Floor' }),
  Cast: ({ attributes: { to } }) => ({ type: 'Cast', attributes: { to: elementType[to] } }),
  StopGradient: () => 'alias',
  Boundary: () => 'alias',

  MatMul: () => ({ type: 'MatMul' }),
  Transpose: ({ attributes: { perm } }) => ({ type: 'Transpose', attributes: { perm } }),
  Reshape: (node) => ({
    type: 'Reshape',
    extra: [{ values: reshapeTarget(node.inputs[0]!.shape, node.shape) }],
  }),
  Expand: (node) => ({
    type: 'Expand',
    extra: [{ values: node.shape.map((dim) => (typeof dim === 'string' ? 1 : dim)) }],
  }),
  Concat: ({ attributes: { axis } }) => ({ type: 'Concat', attributes: { axis } }),
  ReduceSum: ({ attributes: { axes, keepDims } }) => reduction('ReduceSum', axes, keepDims),
  ReduceMean: ({ attributes: { axes, keepDims } }) => reduction('ReduceMean', axes, keepDims),
  ReduceMax: ({ attributes: { axes, keepDims } }) => reduction('ReduceMax', axes, keepDims),
  Softmax: () => ({ type: 'Softmax', attributes: { axis: -1 } }),
  LogSoftmax: () => ({ type: 'LogSoftmax', attributes: { axis: -1 } }),
  Gather: ({ attributes: { axis } }) => ({ type: 'Gather', attributes: { axis } }),
  // Not ScatterND: its CPU kernel adds in parallel and loses updates of repeated rows.
  ScatterAdd: () => ({ type: 'ScatterElements', attributes: { axis: 0, reduction: 'add' } }),
  CumSum: ({ attributes: { axis, exclusive } }) => ({
    type: 'CumSum',
    attributes: { exclusive: Number(exclusive) },
    extra: [{ values: [axis], scalar: true }],
  }),
  ArgMax: ({ attributes: { axis, keepDims } }) => ({
    type: 'ArgMax',
    attributes: { axis, keepdims: Number(keepDims) },
  }),

  FusedMatMul: ({ attributes: { transA, transB, alpha } }) => ({
    type: 'FusedMatMul',
    domain: 'com.microsoft',
    attributes: { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } },
  }),
  Gelu: () => ({ type: 'Gelu', domain: 'com.microsoft' }),
  LayerNormalization: ({ attributes: { epsilon } }) => ({
    type: 'LayerNormalization',
    attributes: { axis: -1, epsilon: { float: epsilon } },
  }),
  DynamicQuantizeLinear: () => ({ type: 'DynamicQuantizeLinear' }),
  MatMulInteger: () => ({ type: 'MatMulInteger' }),
  Pick: () => 'alias',
}

const elementType: Record<DType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
}
/** 18 has ScatterElements' reduction and ReduceMean's axes as input; 17 LayerNormalization. */
const opset = 18
const irVersion = 9

/** What the provider that a model is meant for cannot do. */
export interface Dialect {
  /** Indices are spread over rows as int32, where a provider has no Reshape and Expand for int64. */
  readonly narrowIndices?: boolean
}

/**
 * A graph (fused or not) as the bytes of an ONNX model. Inputs and outputs keep their names, in the
 * order of first use and of `graph.outputs`; dims that are names become free dimensions.
 */
export function emitOnnx(graph: Graph, dialect: Dialect = {}): Uint8Array {
  const writer = new GraphWriter(graph, dialect)
  const body = writer.write()
  for (const input of inputsOf(graph)) {
    body.message(11, valueInfo(input.attributes.name, input))
  }
  for (const [name, node] of Object.entries(graph.outputs)) body.message(12, valueInfo(name, node))
  return modelOf(body, writer.domains)
}

/** A graph message, complete with its interface, as a model. */
export function modelOf(graph: Message, domains: Iterable<string>): Uint8Array {
  const model = new Message()
    .integer(1, irVersion)
    .text(2, 'shiliu')
    .message(7, graph)
    .message(8, new Message().text(1, '').integer(2, opset))
  for (const domain of domains) model.message(8, new Message().text(1, domain).integer(2, 1))
  return model.toBytes()
}

/** Writes nodes and constants of a graph; what its inputs and outputs are called is up to the caller. */
export class GraphWriter {
  readonly #body: Message
  readonly #names = new Map<Node, string>()
  readonly #extras = new Map<string, string>()
  readonly #graph: Graph
  readonly #dialect: Dialect
  /** The output that a node is computed straight into; further outputs of it are copies. */
  readonly #outputs = new Map<Node, string>()
  /** Domains of operators beyond the standard ones. */
  readonly domains = new Set<string>()
  readonly #prefix: string
  #count = 0

  /**
   * Writes behind what `body` already holds. Inputs and outputs carry the prefix, where their plain names
   * mean something else outside.
   */
  constructor(graph: Graph, dialect: Dialect, body = new Message(), prefix = '') {
    this.#graph = graph
    this.#body = body
    this.#dialect = dialect
    this.#prefix = prefix
    for (const [own, node] of Object.entries(graph.outputs)) {
      const name = prefix + own
      const computed = typeof (rules[node.op] as Emit<OpName>)(node) !== 'string'
      if (computed && !this.#outputs.has(node)) this.#outputs.set(node, name)
    }
  }

  write(): Message {
    for (const node of nodesOf(this.#graph)) this.#add(node)
    for (const [own, node] of Object.entries(this.#graph.outputs)) {
      const name = this.#prefix + own
      if (this.#outputs.get(node) === name) continue
      this.#body.message(1, operator('Identity', [this.#names.get(node)!], [name]))
    }
    return this.#body.text(2, 'shiliu')
  }

  #add(node: Node): void {
    const rule = rules[node.op] as Emit<OpName>
    const emitted = rule(node)
    if (emitted === 'input') {
      this.#names.set(node, this.#prefix + (node as Node<'Input'>).attributes.name)
    } else if (emitted === 'initializer') this.#initializer(node as Node<'Constant'>)
    else if (emitted === 'alias') this.#names.set(node, this.#aliasName(node))
    else this.#operator(node, emitted)
  }

  #operator(node: Node, { type, domain, attributes = {}, extra = [] }: Emitted): void {
    const inputs = [...this.#inputNames(node), ...extra.map((operand) => this.#extra(operand))]
    const name = this.#name(node)
    const outputs = outputTypes(node).map((_, i) => (i === 0 ? name : `${name}.${i}`))
    const message = operator(type, inputs, outputs, attributes)
    if (domain !== undefined) {
      message.text(7, domain)
      this.domains.add(domain)
    }
    this.#body.message(1, message)
    this.#names.set(node, outputs[0]!)
  }

  #inputNames(node: Node): string[] {
    if (isOp(node, 'Fill')) return [this.#fillValue(node)]
    const names = node.inputs.map((input) => this.#names.get(input)!)
    if (!isOp(node, 'ScatterAdd')) return names
    return [names[0]!, this.#spread(names[1]!, node.inputs[2]!.shape), names[2]!]
  }

  /** ScatterElements wants an index for every element of the updates: [K] becomes [K, ...]. */
  #spread(indices: string, updates: Shape): string {
    const source = this.#dialect.narrowIndices ? this.#narrow(indices) : indices
    const [column, full] = [`${source}.${updates.length}.column`, `${source}.${updates.join('x')}`]
    this.#shaped(column, 'Reshape', source, [-1, ...updates.slice(1).map(() => 1)])
    return this.#shaped(full, 'Expand', column, updates.map(known))
  }

  #narrow(indices: string): string {
    const name = `${indices}.narrow`
    return this.#once(name, () => operator('Cast', [indices], [name], { to: 6 }))
  }

  #shaped(name: string, type: 'Reshape' | 'Expand', source: string, shape: number[]): string {
    return this.#once(name, () => {
      return operator(type, [source, this.#extra({ values: shape })], [name])
    })
  }

  /** A node of the writer's own, made the first time that its output is asked for. */
  #once(output: string, make: () => Message): string {
    if (this.#extras.has(output)) return output
    this.#extras.set(output, output)
    this.#body.message(1, make())
    return output
  }

  #fillValue(node: Node<'Fill'>): string {
    const { value, type } = node.attributes
    const key = `fill.${type.dtype}.${value}`
    if (!this.#extras.has(key)) {
      this.#extras.set(key, key)
      this.#body.message(5, tensor(key, { dtype: type.dtype, shape: [] }, [value]))
    }
    return key
  }

  #initializer(node: Node<'Constant'>): void {
    const name = node.attributes.name ?? this.#name(node)
    this.#body.message(5, tensor(name, node, node.attributes.values))
    this.#names.set(node, name)
  }

  #aliasName(node: Node): string {
    const source = this.#names.get(node.inputs[0]!)!
    const index = isOp(node, 'Pick') ? node.attributes.index : 0
    return index === 0 ? source : `${source}.${index}`
  }

  #extra({ values, scalar = false }: Extra): string {
    const key = `${scalar ? 'scalar' : 'list'}.${values.join('.')}`
    if (!this.#extras.has(key)) {
      this.#extras.set(key, key)
      const shape = scalar ? [] : [values.length]
      this.#body.message(5, tensor(key, { dtype: 'int64', shape }, values))
    }
    return key
  }

  #name(node: Node): string {
    return this.#outputs.get(node) ?? `${node.op}.${this.#count++}`
  }
}

function known(dim: number | string): number {
  if (typeof dim === 'string') throw new Error(`the length ${dim} must be known here`)
  return dim
}

/** ONNX has 0 for "as before" and one -1 for "what is left". */
function reshapeTarget(from: Shape, to: Shape): number[] {
  const target = to.map((dim, i) => (typeof dim === 'number' ? dim : dim === from[i] ? 0 : -1))
  if (target.filter((dim) => dim === -1).length > 1) {
    throw new Error(`reshape [${from.join(', ')}] -> [${to.join(', ')}]: two unknown lengths`)
  }
  return target
}

function reduction(type: string, axes: readonly number[], keepDims: boolean): Emitted {
  return { type, attributes: { keepdims: Number(keepDims) }, extra: [{ values: axes }] }
}

/** A node of the ONNX standard. */
export function operator(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Message {
  const node = new Message()
  for (const input of inputs) node.text(1, input)
  for (const output of outputs) node.text(2, output)
  node.text(4, type)
  for (const [key, value] of Object.entries(attributes)) {
    node.message(5, attributeMessage(key, value))
  }
  return node
}

function attributeMessage(name: string, value: AttributeValue): Message {
  const message = new Message().text(1, name)
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2)
  if (typeof value === 'string') return message.text(4, value).integer(20, 3)
  if ('float' in value) return message.float(2, value.float).integer(20, 1)
  for (const item of value) message.integer(8, item)
  return message.integer(20, 7)
}

function tensor(name: string, type: TensorType, values: ConstantValues): Message {
  const message = new Message()
  for (const dim of type.shape) message.integer(1, known(dim))
  return message
    .integer(2, elementType[type.dtype])
    .text(8, name)
    .bytes(9, rawBytes(type.dtype, values))
}

function rawBytes(dtype: DType, values: ConstantValues): Uint8Array {
  if (dtype === 'bool' || dtype === 'uint8') return Uint8Array.from(values)
  if (dtype === 'int8') {
    const own = values instanceof Int8Array ? values : Int8Array.from(values)
    return new Uint8Array(own.buffer, own.byteOffset, own.byteLength)
  }
  if (dtype === 'int32') return new Uint8Array(Int32Array.from(values).buffer)
  if (dtype === 'int64') {
    return new Uint8Array(BigInt64Array.from(Array.from(values, (value) => BigInt(value))).buffer)
  }
  if (dtype === 'float16') return new Uint8Array(Float16Array.from(values).buffer)
  const floats = values instanceof Float32Array ? values : Float32Array.from(values)
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)
}

export function valueInfo(name: string, type: TensorType): Message {
  const shape = new Message()
  for (const dim of type.shape) {
    const dimension = new Message()
    shape.message(1, typeof dim === 'string' ? dimension.text(2, dim) : dimension.integer(1, dim))
  }
  const tensorType = new Message().integer(1, elementType[type.dtype]).message(2, shape)
  return new Message().text(1, name).message(2, new Message().message(1, tensorType))
}
