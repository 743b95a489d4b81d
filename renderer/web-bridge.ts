import type { Answer } from '../core/contract.ts'
import { CallError, outputOf, type Bridge, type EventListener, type Incoming } from './bridge.ts'

const retryMs = 1000

/** Calls as POST, events over a WebSocket, both with the token of this page. */
export function webBridge(): Bridge {
  const page = document.querySelector<HTMLMetaElement>('meta[name="shiliu-page"]')?.content ?? ''
  const listeners = new Set<EventListener>()
  const connections = new Set<(isThere: boolean) => void>()
  const post = async (path: string, body: BodyInit): Promise<Answer> => {
    const headers = {
      'x-shiliu-page': page,
      ...(bridge.opening === null ? {} : { 'x-shiliu-opening': String(bridge.opening) }),
    }
    const response = await fetch(path, { method: 'POST', headers, body })
    if (!response.headers.get('content-type')?.startsWith('application/json')) {
      throw new CallError({ code: 'shell.lost', details: { status: response.status } })
    }
    return (await response.json()) as Answer
  }
  const reach = (path: string, body: BodyInit) =>
    post(path, body).catch((error: unknown) => {
      if (error instanceof CallError) throw error
      throw new CallError({ code: 'shell.lost', details: { status: 0 } })
    })
  connect(page, listeners, connections)
  const bridge: Bridge = {
    opening: null,
    call: async (name, input) => outputOf(await reach(`/call/${name}`, JSON.stringify(input))),
    listen: (listener) => added(listeners, listener),
    onConnection: (listener) => added(connections, listener),
    async upload(file) {
      const answer = await reach(`/upload?name=${encodeURIComponent(file.name)}`, file)
      if ('error' in answer) throw new CallError(answer.error)
      return answer.output as string
    },
  }
  return bridge
}

function added<T>(set: Set<T>, item: T): () => void {
  set.add(item)
  return () => void set.delete(item)
}

function connect(
  page: string,
  listeners: ReadonlySet<EventListener>,
  connections: ReadonlySet<(isThere: boolean) => void>,
): void {
  const socket = new WebSocket(`ws://${location.host}/events`, ['shiliu', page])
  socket.onopen = () => connections.forEach((tell) => tell(true))
  socket.onmessage = ({ data }) => {
    const incoming = JSON.parse(data as string) as Incoming
    listeners.forEach((listener) => listener(incoming))
  }
  socket.onclose = () => {
    connections.forEach((tell) => tell(false))
    setTimeout(() => connect(page, listeners, connections), retryMs)
  }
}
