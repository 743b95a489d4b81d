import type { Tensor } from '@tensorflow/tfjs-core'
import { integers, type HostTensor } from '../../engine/executor.ts'
import { isFloat, knownShape, type ConstantValues, type TensorType } from '../../engine/ir/node.ts'
import { typeOf, type Tf } from './ops.ts'

export function toTf(tf: Tf, name: string, tensor: HostTensor | undefined): Tensor {
  if (tensor === undefined) throw new Error(`${name} was not fed`)
  const { data, shape, dtype } = tensor
  const values = data instanceof BigInt64Array ? narrow(name, data) : data
  return tf.tensor(values, [...shape], typeOf[dtype])
}

export function constant(tf: Tf, values: ConstantValues, { dtype, shape }: TensorType): Tensor {
  const typed = isFloat(dtype) ? Float32Array.from(values) : Int32Array.from(values)
  return tf.tensor(typed, [...knownShape(shape)], typeOf[dtype])
}

export async function fromTf(tensor: Tensor): Promise<HostTensor> {
  const { shape } = tensor
  const data = await tensor.data()
  if (tensor.dtype === 'int32') return integers(shape, data)
  if (tensor.dtype === 'bool') return { dtype: 'bool', shape, data: Uint8Array.from(data) }
  return { dtype: 'float32', shape, data: data as Float32Array }
}

function narrow(name: string, values: BigInt64Array): Int32Array {
  const narrowed = Int32Array.from(values, Number)
  const lost = values.findIndex((value, i) => BigInt(narrowed[i]!) !== value)
  if (lost >= 0) throw new Error(`${name}: ${values[lost]} is beyond the integers of tfjs`)
  return narrowed
}
