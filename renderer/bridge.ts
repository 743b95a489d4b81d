import type { Answer, Call, Event, Input, Output, Payload } from '../core/contract.ts'
import type { ErrorRecord } from '../core/errors.ts'

/** The way to the application: Electron's preload script or the server that this page came from. */
export interface Bridge {
  /** The opening of the project that this page shows: every call names it. Null before the first. */
  opening: number | null
  call<K extends Call>(name: K, input: Input<K>): Promise<Output<K>>
  /** Tells every event until the returned function is called. */
  listen(listener: EventListener): () => void
  /** Sends a file that the page may not name by its path; gives the path under which it now lies. */
  upload(file: File): Promise<string>
  /** Tells when the way is lost and when it is back. */
  onConnection(listener: (isThere: boolean) => void): () => void
}

/**
 * The bridge as Electron's preload script exposes it. An error that crosses into the page's world loses
 * everything but its message, so that calls give an answer instead; an upload gives the empty path
 * where there is no file on the disk.
 */
export interface ExposedBridge extends Omit<Bridge, 'call' | 'opening'> {
  call(name: Call, input: unknown, opening: number | null): Promise<Answer>
}

export type Incoming = { [E in Event]: { readonly event: E; readonly payload: Payload<E> } }[Event]
export type EventListener = (incoming: Incoming) => void

/** What a call failed with. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly record: ErrorRecord

  constructor(record: ErrorRecord) {
    super(record.code)
    this.record = record
  }
}

export function outputOf<K extends Call>(answer: Answer): Output<K> {
  if ('error' in answer) throw new CallError(answer.error)
  return answer.output as Output<K>
}
