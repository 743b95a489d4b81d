import { fail } from '../core/errors.ts'
import type { LossScale } from '../engine/loss-scale.ts'
import type { ParameterShapes } from '../learn/model/parameters.ts'
import { snapshotShapes, type Snapshot } from '../learn/train/state.ts'
import { readWeights, writeWeights } from './weight-file.ts'

export type Notes = Readonly<Record<string, string>>

/** Writes what is trained, its moments and the step, and what a job wants to remember; returns the file's SHA-256. */
export function writeCheckpoint(
  path: string,
  { step, tensors, lossScale }: Snapshot,
  notes: Notes = {},
): Promise<string> {
  const scale = lossScale && { lossScale: JSON.stringify(lossScale) }
  return writeWeights(path, tensors, { ...notes, ...scale, step: String(step) })
}

/** Reads what `writeCheckpoint` wrote of a run that trains these tensors. Error: `model.damaged`. */
export async function readCheckpoint(
  path: string,
  trained: ParameterShapes,
): Promise<{ readonly snapshot: Snapshot; readonly notes: Notes }> {
  const { tensors, metadata } = await readWeights(path)
  const step = Number(metadata['step'])
  if (!Number.isInteger(step)) {
    fail('model.damaged', { path, expected: 'a step in the header', got: String(metadata['step']) })
  }
  for (const [name, shape] of snapshotShapes(trained)) {
    const expected = `${name} of ${shape.join(' x ')}`
    const got = tensors.get(name)?.shape.join(' x ') ?? 'nothing'
    if (got !== shape.join(' x ')) fail('model.damaged', { path, expected, got })
  }
  const scale = metadata['lossScale']
  const lossScale = scale === undefined ? undefined : (JSON.parse(scale) as LossScale)
  return { snapshot: { step, tensors, lossScale }, notes: metadata }
}
