import { fail } from '../core/errors.ts'
import { momentNames } from '../engine/optimizer.ts'
import type { ModelConfig } from '../learn/model/config.ts'
import { parameterShapes } from '../learn/model/parameters.ts'
import type { Snapshot } from '../learn/train/step.ts'
import { readWeights, writeWeights } from './weight-file.ts'

export type Notes = Readonly<Record<string, string>>

/** Writes weights, moments and step, and what a job wants to remember; returns the file's SHA-256. */
export function writeCheckpoint(
  path: string,
  { step, tensors }: Snapshot,
  notes: Notes = {},
): Promise<string> {
  return writeWeights(path, tensors, { ...notes, step: String(step) })
}

/** Reads what `writeCheckpoint` wrote for a model of this configuration. Error: `model.damaged`. */
export async function readCheckpoint(
  path: string,
  config: ModelConfig,
): Promise<{ readonly snapshot: Snapshot; readonly notes: Notes }> {
  const { tensors, metadata } = await readWeights(path)
  const step = Number(metadata['step'])
  if (!Number.isInteger(step)) {
    fail('model.damaged', { path, expected: 'a step in the header', got: String(metadata['step']) })
  }
  for (const [parameter, shape] of parameterShapes(config)) {
    for (const name of [parameter, ...momentNames(parameter)]) {
      const expected = `${name} of ${shape.join(' x ')}`
      const got = tensors.get(name)?.shape.join(' x ') ?? 'nothing'
      if (got !== shape.join(' x ')) fail('model.damaged', { path, expected, got })
    }
  }
  return { snapshot: { step, tensors }, notes: metadata }
}
