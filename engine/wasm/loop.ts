import { topologicalOrder } from '../ir/graph.ts'
import { isOp, type Node, type OpName } from '../ir/node.ts'
import { signed, unsigned, type ValueType, type WasmFunction } from './module.ts'

/**
 * One pass over tensors of equal size: what is written and what is summed up, element by element.
 * Nodes without dims are values that do not change on the way.
 */
export interface Loop {
  /** Each written value with the tensor that takes it. */
  readonly writes: readonly (readonly [into: Node, value: Node])[]
  /** The values whose sums over all elements are wanted. */
  readonly sums: readonly Node[]
}

/** What a loop reads or writes in memory, and the scalars that it is given, in the order of its parameters. */
export function operandsOf({ writes, sums }: Loop): { tensors: Node[]; scalars: Node[] } {
  const roots = [...writes.flat(), ...sums]
  const nodes = topologicalOrder(roots, (node) => (isWide(node) ? node.inputs : []))
  return {
    tensors: nodes.filter((node) => isWide(node) && isOp(node, 'Input')),
    scalars: nodes.filter((node) => !isWide(node)),
  }
}

export function isWide({ shape }: Node): boolean {
  return shape.length > 0
}

/** The instructions of an op for four lanes and for one. */
type Instructions = readonly [lanes: readonly number[], single: number]
const simd = (code: number) => [0xfd, ...unsigned(code)]

const instructions: Partial<Record<OpName, Instructions>> = {
  Add: [simd(228), 0x92],
  Sub: [simd(229), 0x93],
  Mul: [simd(230), 0x94],
  Div: [simd(231), 0x95],
  Min: [simd(232), 0x96],
  Max: [simd(233), 0x97],
  Neg: [simd(225), 0x8c],
  Sqrt: [simd(227), 0x91],
}

/** Whether a loop can compute a node of this op from its inputs. */
export function hasInstruction({ op }: Node): boolean {
  return op in instructions
}

const get = (local: number) => [0x20, ...unsigned(local)]
const set = (local: number) => [0x21, ...unsigned(local)]
const integer = (value: number) => [0x41, ...signed(value)]
const [shiftLeft, plus, minus, atLeast, and] = [0x74, 0x6a, 0x6b, 0x4f, 0x71]
const addDoubles = simd(240)
const promote = simd(95)
const upperHalf = [...simd(13), ...Array.from({ length: 16 }, (_, i) => (i + 8) % 16)]

/**
 * The function of a loop. Parameters: the address of each tensor, each scalar, where the sums go (one
 * double each, only with sums), the first element and the one after the last, counted in elements.
 * Four elements at a time, then what is left one by one. Sums are added up in double precision.
 */
export function loopFunction(loop: Loop): WasmFunction {
  const { tensors, scalars } = operandsOf(loop)
  const hasSums = loop.sums.length > 0
  const parameters: ValueType[] = [
    ...tensors.map(() => 'i32' as const),
    ...scalars.map(() => 'f32' as const),
    ...(hasSums ? (['i32'] as const) : []),
    'i32',
    'i32',
  ]
  const locals: ValueType[] = []
  const local = (type: ValueType) => parameters.length + locals.push(type) - 1
  const [first, end] = [parameters.length - 2, parameters.length - 1]
  const [at, stop] = [local('i32'), local('i32')]
  const totals = loop.sums.map(() => [local('v128'), local('f64')] as const)

  /** The pass from `at` to `stop`. */
  const pass = (isSingle: boolean): number[] => {
    const places = new Map<Node, number>()
    const place = (node: Node) => {
      const found = places.get(node) ?? local(isSingle ? 'f32' : 'v128')
      places.set(node, found)
      return found
    }
    const address = (tensor: Node) => [...get(tensors.indexOf(tensor)), ...get(at), plus]
    const load = isSingle ? [0x2a, 2, 0] : [...simd(0), 4, 0]
    const store = isSingle ? [0x38, 2, 0] : [...simd(11), 4, 0]
    const splat = isSingle ? [] : simd(19)
    const compute = (node: Node): number[] => {
      if (isOp(node, 'Input')) return [...address(node), ...load, ...set(place(node))]
      const [lanes, single] = instructions[node.op]!
      const operands = node.inputs.flatMap((input) => get(place(input)))
      return [...operands, ...(isSingle ? [single] : lanes), ...set(place(node))]
    }
    const add = (value: Node, i: number): number[] => {
      const [pair, single] = totals[i]!
      if (isSingle) return [...get(single), ...get(place(value)), 0xbb, 0xa0, ...set(single)]
      const half = (part: readonly number[]) => [...get(place(value)), ...part, ...promote]
      const lower = [...get(pair), ...half([]), ...addDoubles]
      return [...lower, ...half([...get(place(value)), ...upperHalf]), ...addDoubles, ...set(pair)]
    }
    const values = [...loop.writes.map(([, value]) => value), ...loop.sums]
    const nodes = topologicalOrder(values, (node) => (isWide(node) ? node.inputs : []))
    const before = scalars.flatMap((one, i) => [
      ...get(tensors.length + i),
      ...splat,
      ...set(place(one)),
    ])
    const body = [
      ...nodes.filter(isWide).flatMap(compute),
      ...loop.writes.flatMap(([into, value]) => [...address(into), ...get(place(value)), ...store]),
      ...loop.sums.flatMap(add),
    ]
    return [...before, ...repeat(at, stop, isSingle ? 4 : 16, body)]
  }

  const bytes = (elements: readonly number[]) => [...elements, ...integer(2), shiftLeft]
  const whole = [...get(end), ...get(first), minus, ...integer(-4), and, ...get(first), plus]
  const write = totals.flatMap(([pair, single], i) => [
    ...get(first - 1),
    ...[0, 1].flatMap((lane) => [...get(pair), ...simd(33), lane]),
    ...[0xa0, ...get(single), 0xa0, 0x39, 3, ...unsigned(8 * i)],
  ])
  const code = [
    ...[...bytes(get(first)), ...set(at), ...bytes(whole), ...set(stop), ...pass(false)],
    ...[...bytes(get(end)), ...set(stop), ...pass(true)],
    ...write,
  ]
  return { parameters, locals, code }
}

/** `body` while `at` has not come to `stop`. */
function repeat(at: number, stop: number, step: number, body: readonly number[]): number[] {
  const leave = [...get(at), ...get(stop), atLeast, 0x0d, 1]
  const next = [...get(at), ...integer(step), plus, ...set(at)]
  return [0x02, 0x40, 0x03, 0x40, ...leave, ...body, ...next, 0x0c, 0, 0x0b, 0x0b]
}
