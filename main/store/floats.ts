import { endianness } from 'node:os'

/** Numbers as little-endian float32, the form in which scores are kept. */
export function packFloats(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  values.forEach((value, i) => view.setFloat32(i * 4, value, true))
  return new Uint8Array(view.buffer)
}

export function unpackFloats(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

/** Weights are copied as they are, which is right on every machine that the program runs on. */
export const isLittleEndian = endianness() === 'LE'
