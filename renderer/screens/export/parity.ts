import type { ParityLine } from '../../../core/job.ts'

export type ParityState = 'same' | 'failed' | 'absent'

/** A runtime that gave no answer is never the same: it failed, or is not there. */
export function parityState({ worst, note }: ParityLine): ParityState {
  if (worst !== null) return 'same'
  return note.startsWith('failed') ? 'failed' : 'absent'
}

/** Why there was no answer, without the state that the note begins with. */
export function reasonOf({ note }: ParityLine): string {
  return note.replace(/^(failed|not checked): /, '')
}
