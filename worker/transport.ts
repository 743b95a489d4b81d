import type { FromWorker, ToWorker } from '../core/job.ts'

/** The way to main and back. */
export interface Transport {
  send(message: FromWorker): void
  onMessage(listener: (message: ToWorker) => void): void
}

/** What is used of the port that Electron gives a utility process. */
interface ParentPort {
  postMessage(message: FromWorker): void
  on(event: 'message', listener: (event: { readonly data: ToWorker }) => void): unknown
}

/** The parent port of a utility process where there is one, otherwise the channel of a forked Node. */
export function transport(): Transport {
  const { parentPort } = process as { readonly parentPort?: ParentPort }
  return parentPort === undefined ? overChannel() : overPort(parentPort)
}

/**
 * Without main nobody waits for an answer: the process ends with the channel. Where it computes while
 * main is killed, it learns so from what it sends.
 */
function overChannel(): Transport {
  const end = () => process.exit(0)
  process.on('disconnect', end)
  return {
    send: (message) =>
      void process.send?.(message, undefined, undefined, (error) => void (error && end())),
    onMessage: (listener) => void process.on('message', listener),
  }
}

/** Chromium ends a utility process together with main. */
function overPort(port: ParentPort): Transport {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', ({ data }) => listener(data)),
  }
}
