import { fail } from '../core/errors.ts'
import type { TrainingState } from '../learn/train/step.ts'
import { hashFile, readWeights, writeWeights } from './weight-file.ts'

/** Writes weights, moments and step; returns the file's SHA-256. */
export function writeCheckpoint(path: string, state: TrainingState): Promise<string> {
  return writeWeights(path, state.tensors, { step: String(state.step) })
}

/** Reads what `writeCheckpoint` wrote. With a hash, a file that differs is refused. */
export async function readCheckpoint(path: string, sha256?: string): Promise<TrainingState> {
  if (sha256 !== undefined) {
    const got = await hashFile(path)
    if (got !== sha256) {
      fail('model.damaged', { path, expected: `SHA-256 ${sha256}`, got })
    }
  }
  const { tensors, metadata } = await readWeights(path)
  const step = Number(metadata['step'])
  if (!Number.isInteger(step)) {
    fail('model.damaged', { path, expected: 'a step in the header', got: String(metadata['step']) })
  }
  return { step, tensors }
}
