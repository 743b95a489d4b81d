/** The binary format of WebAssembly (W3C core specification 2, chapter 5), as far as loops need it. */

export type ValueType = 'i32' | 'f32' | 'f64' | 'v128'

/** A function without a result; its code is the body's instructions, without the final `end`. */
export interface WasmFunction {
  readonly parameters: readonly ValueType[]
  readonly locals: readonly ValueType[]
  readonly code: readonly number[]
}

const valueTypes: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A module of these functions, exported as `0`, `1` and so on, over the memory `host.memory`. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vector(parameters.map((one) => [valueTypes[one]])),
    ...vector([]),
  ])
  const memory = [...text('host'), ...text('memory'), 0x02, ...anySize]
  const exported = functions.map((_, i) => [...text(String(i)), 0x00, ...unsigned(i)])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, i) => unsigned(i)),
    ),
    ...section(7, exported),
    ...section(10, functions.map(code)),
  ])
}

/** Pages of 64 KiB that a memory of 32-bit addresses has at most. */
export const mostPages = 65536

/** The limits of an imported memory: at least no page. */
const anySize = [0x00, 0x00]

function code({ locals, code }: WasmFunction): number[] {
  const declared = vector(locals.map((one) => [...unsigned(1), valueTypes[one]]))
  const body = [...declared, ...code, 0x0b]
  return [...unsigned(body.length), ...body]
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = vector(items)
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function text(characters: string): number[] {
  return vector(Array.from(characters, (one) => [one.charCodeAt(0)]))
}

/** LEB128. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** LEB128 of a signed number. */
export function signed(value: number): number[] {
  const isLast = value >= -0x40 && value < 0x40
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}
