import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostTensor } from '../../../engine/executor.ts'
import { readWeights } from '../../../worker/weight-file.ts'

/** Tiny checkpoints and what transformers makes of them; `make.py` there says what is in each. */
const root = join(import.meta.dirname, '../../fixtures/hugging-face')

export const checkpoints = ['bert', 'bert-legacy', 'albert'] as const
export type Checkpoint = (typeof checkpoints)[number]

export const folderOf = (name: Checkpoint) => join(root, name)

export interface Expected {
  /** [B][T], padded. */
  readonly ids: readonly (readonly number[])[]
  /** [B][m]: the places of the masks. */
  readonly masks: readonly (readonly number[])[]
  /** [G][C] */
  readonly words: readonly (readonly string[])[]
  /** [B][C] */
  readonly target: readonly (readonly number[])[]
  readonly texts: readonly { readonly text: string; readonly ids: readonly number[] }[]
  /** `logits` [B, T, V], `loss`, and `gradient of NAME`. */
  readonly tensors: ReadonlyMap<string, HostTensor>
}

export async function expectedOf(name: Checkpoint): Promise<Expected> {
  const path = join(root, 'expected', name)
  const { tensors } = await readWeights(`${path}.safetensors`)
  const json = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as Omit<Expected, 'tensors'>
  return { ...json, tensors }
}
