import { nextOf } from '../executor.ts'
import { inputsOf, type Graph } from '../ir/graph.ts'
import type { TensorType } from '../ir/node.ts'
import { GraphWriter, modelOf, operator, valueInfo, type Dialect } from './emit.ts'
import { Message } from './protobuf.ts'

interface Value {
  readonly name: string
  readonly type: TensorType
}

/** What the inputs and outputs of a step are in a loop of steps. */
interface Roles {
  readonly inputs: readonly Value[]
  /** Inputs whose next value is an output: they go from one step into the next. */
  readonly carried: readonly Value[]
  /** Outputs that are kept for every step. */
  readonly figures: readonly Value[]
}

/** Inside the loop; outside, the same names are all of what goes in and comes out. */
const prefix = 'one '
/** The loop's own values, called as no input of a step is. */
const own = { count: 'loop count', step: 'loop step', goesOn: 'loop goes on', end: 'loop end' }
const truth: TensorType = { dtype: 'bool', shape: [] }

/**
 * Several steps of a graph in one model: an ONNX `Loop` that carries the tensors which have a next value
 * (`nextOf`). Inputs named in `fed` are stacked, [steps, ...]; the others are the same in every step.
 * Outputs are the last values of what is carried, and those of every step, [steps, ...], of all else.
 */
export function emitLoop(
  graph: Graph,
  fed: ReadonlySet<string>,
  dialect: Dialect = {},
): Uint8Array {
  const roles = rolesOf(graph)
  const first = roles.inputs.find(({ name }) => fed.has(name))
  if (first === undefined) throw new Error('a loop without anything that changes')
  const { body, domains } = bodyOf(graph, roles, fed, dialect)
  const { inputs, carried, figures } = roles
  const loop = operator(
    'Loop',
    [own.count, '', ...carried.map(({ name }) => name)],
    [...carried.map(({ name }) => nextOf(name)), ...figures.map(({ name }) => name)],
  ).message(5, new Message().text(1, 'body').message(6, body).integer(20, 5))
  const outer = new Message()
    .message(1, operator('Shape', [first.name], [own.count], { start: 0, end: 1 }))
    .message(1, loop)
    .text(2, 'shiliu')
  for (const { name, type } of inputs) {
    outer.message(11, valueInfo(name, fed.has(name) ? stackOf(type) : type))
  }
  for (const { name, type } of carried) outer.message(12, valueInfo(nextOf(name), type))
  for (const { name, type } of figures) outer.message(12, valueInfo(name, stackOf(type)))
  return modelOf(outer, domains)
}

/** One step: takes its share of what is stacked, and hands on what is carried. */
function bodyOf(
  graph: Graph,
  { inputs, carried, figures }: Roles,
  fed: ReadonlySet<string>,
  dialect: Dialect,
): { body: Message; domains: Iterable<string> } {
  const body = new Message()
  for (const input of inputs) {
    if (carried.includes(input)) continue
    const { name } = input
    const share = fed.has(name)
      ? operator('Gather', [name, own.step], [prefix + name])
      : operator('Identity', [name], [prefix + name])
    body.message(1, share)
  }
  const writer = new GraphWriter(graph, dialect, body, prefix)
  writer.write()
  body.message(1, operator('Identity', [own.goesOn], [own.end]))
  body.message(11, valueInfo(own.step, { dtype: 'int64', shape: [] }))
  body.message(11, valueInfo(own.goesOn, truth))
  body.message(12, valueInfo(own.end, truth))
  for (const { name, type } of carried) {
    body.message(11, valueInfo(prefix + name, type))
    body.message(12, valueInfo(prefix + nextOf(name), type))
  }
  for (const { name, type } of figures) body.message(12, valueInfo(prefix + name, type))
  return { body, domains: writer.domains }
}

function rolesOf(graph: Graph): Roles {
  const inputs = inputsOf(graph).map(({ attributes }) => attributes)
  const carried = inputs.filter(({ name }) => nextOf(name) in graph.outputs)
  const next = new Set(carried.map(({ name }) => nextOf(name)))
  const figures = Object.entries(graph.outputs)
    .filter(([name]) => !next.has(name))
    .map(([name, type]) => ({ name, type }))
  return { inputs, carried, figures }
}

function stackOf({ dtype, shape }: TensorType): TensorType {
  return { dtype, shape: ['steps', ...shape] }
}
