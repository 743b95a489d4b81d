import {
  sameShape,
  sizeOf,
  type ConstantValues,
  type DType,
  type Node,
  type OpAttributes,
  type OpName,
  type Shape,
} from './node.ts'
import { inferType } from './shape.ts'

/**
 * Makes and interns nodes. One builder serves one graph and everything derived from it.
 *
 * The methods named like ops add nothing to their ONNX namesakes; a few accept a plain number for a
 * scalar operand.
 */
export class GraphBuilder {
  readonly #interned = new Map<string, Node>()
  readonly #arrays = new WeakMap<object, number>()
  #arrayCount = 0
  #nodeCount = 0

  /** The node of this op on these inputs: made now, or the equal one made before. */
  node<K extends OpName>(op: K, inputs: readonly Node[], attributes: OpAttributes[K]): Node<K> {
    const key = `${op}(${inputs.map((input) => input.id).join()})${this.#attributeKey(attributes)}`
    const known = this.#interned.get(key)
    if (known !== undefined) return known as Node<K>
    const { shape, dtype } = inferType(op, inputs, attributes)
    Object.freeze(attributes)
    const node: Node<K> = Object.freeze({
      id: this.#nodeCount++,
      op,
      inputs: Object.freeze([...inputs]),
      attributes,
      shape: Object.freeze([...shape]),
      dtype,
    })
    this.#interned.set(key, node)
    return node
  }

  input(name: string, dtype: DType, shape: Shape): Node {
    return this.node('Input', [], { name, type: { shape, dtype } })
  }

  constant(dtype: DType, shape: Shape, values: ConstantValues, name?: string): Node {
    if (values.length !== sizeOf(shape)) {
      throw new Error(`constant: ${values.length} values for shape [${shape.join(', ')}]`)
    }
    return this.node('Constant', [], { values, type: { shape, dtype }, ...(name && { name }) })
  }

  scalar(value: number, dtype: DType = 'float32'): Node {
    return this.constant(dtype, [], [value])
  }

  integers(values: readonly number[], shape: Shape = [values.length]): Node {
    return this.constant('int64', shape, values)
  }

  fill(value: number, shape: Shape, dtype: DType = 'float32'): Node {
    return this.node('Fill', [], { value, type: { shape, dtype } })
  }

  add(a: Node, b: Node | number): Node {
    return this.node('Add', [a, this.#operand(b, a)], {})
  }

  sub(a: Node | number, b: Node | number): Node {
    return this.#binary('Sub', a, b)
  }

  mul(a: Node, b: Node | number): Node {
    return this.node('Mul', [a, this.#operand(b, a)], {})
  }

  div(a: Node | number, b: Node | number): Node {
    return this.#binary('Div', a, b)
  }

  min(a: Node, b: Node | number): Node {
    return this.node('Min', [a, this.#operand(b, a)], {})
  }

  max(a: Node, b: Node | number): Node {
    return this.node('Max', [a, this.#operand(b, a)], {})
  }

  equal(a: Node, b: Node | number): Node {
    return this.node('Equal', [a, this.#operand(b, a)], {})
  }

  less(a: Node, b: Node | number): Node {
    return this.node('Less', [a, this.#operand(b, a)], {})
  }

  and(a: Node, b: Node): Node {
    return this.node('And', [a, b], {})
  }

  or(a: Node, b: Node): Node {
    return this.node('Or', [a, b], {})
  }

  not(a: Node): Node {
    return this.node('Not', [a], {})
  }

  where(condition: Node, yes: Node, no: Node): Node {
    return this.node('Where', [condition, yes, no], {})
  }

  neg(x: Node): Node {
    return this.node('Neg', [x], {})
  }

  exp(x: Node): Node {
    return this.node('Exp', [x], {})
  }

  log(x: Node): Node {
    return this.node('Log', [x], {})
  }

  sqrt(x: Node): Node {
    return this.node('Sqrt', [x], {})
  }

  erf(x: Node): Node {
    return this.node('Erf', [x], {})
  }

  tanh(x: Node): Node {
    return this.node('Tanh', [x], {})
  }

  floor(x: Node): Node {
    return this.node('Floor', [x], {})
  }

  cast(x: Node, to: DType): Node {
    return x.dtype === to ? x : this.node('Cast', [x], { to })
  }

  stopGradient(x: Node): Node {
    return this.node('StopGradient', [x], {})
  }

  boundary(x: Node): Node {
    return this.node('Boundary', [x], {})
  }

  matMul(a: Node, b: Node): Node {
    return this.node('MatMul', [a, b], {})
  }

  transpose(x: Node, perm: readonly number[]): Node {
    return this.node('Transpose', [x], { perm })
  }

  reshape(x: Node, shape: Shape): Node {
    return sameShape(x.shape, shape) ? x : this.node('Reshape', [x], { shape })
  }

  expand(x: Node, shape: Shape): Node {
    return sameShape(x.shape, shape) ? x : this.node('Expand', [x], { shape })
  }

  concat(inputs: readonly Node[], axis: number): Node {
    return inputs.length === 1 ? inputs[0]! : this.node('Concat', inputs, { axis })
  }

  reduceSum(x: Node, axes: readonly number[], keepDims = false): Node {
    return this.node('ReduceSum', [x], { axes, keepDims })
  }

  reduceMean(x: Node, axes: readonly number[], keepDims = false): Node {
    return this.node('ReduceMean', [x], { axes, keepDims })
  }

  reduceMax(x: Node, axes: readonly number[], keepDims = false): Node {
    return this.node('ReduceMax', [x], { axes, keepDims })
  }

  softmax(x: Node): Node {
    return this.node('Softmax', [x], {})
  }

  logSoftmax(x: Node): Node {
    return this.node('LogSoftmax', [x], {})
  }

  gather(data: Node, indices: Node, axis = 0): Node {
    return this.node('Gather', [data, indices], { axis })
  }

  scatterAdd(data: Node, indices: Node, updates: Node): Node {
    return this.node('ScatterAdd', [data, indices, updates], {})
  }

  cumSum(x: Node, axis: number, exclusive = false): Node {
    return this.node('CumSum', [x], { axis, exclusive })
  }

  argMax(x: Node, axis: number, keepDims = false): Node {
    return this.node('ArgMax', [x], { axis, keepDims })
  }

  #binary(op: 'Sub' | 'Div', a: Node | number, b: Node | number): Node {
    if (typeof a !== 'number') return this.node(op, [a, this.#operand(b, a)], {})
    if (typeof b === 'number') return this.scalar(op === 'Sub' ? a - b : a / b)
    return this.node(op, [this.scalar(a, b.dtype), b], {})
  }

  #operand(value: Node | number, like: Node): Node {
    return typeof value === 'number' ? this.scalar(value, like.dtype) : value
  }

  /** Short arrays are compared by content, long ones by identity. */
  #attributeKey(attributes: object): string {
    return JSON.stringify(attributes, (_, value: unknown) => {
      if (ArrayBuffer.isView(value) || (Array.isArray(value) && value.length > 4096)) {
        return `array ${this.#arrayNumber(value)}`
      }
      return Object.is(value, -0) ? '-0' : typeof value === 'number' ? String(value) : value
    })
  }

  #arrayNumber(array: object): number {
    const known = this.#arrays.get(array)
    if (known !== undefined) return known
    this.#arrays.set(array, this.#arrayCount)
    return this.#arrayCount++
  }
}
