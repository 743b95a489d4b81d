import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { events, isCall, type Event } from '../../core/contract.ts'
import { toRecord } from '../../core/errors.ts'
import { answerCall } from '../answer-call.ts'
import type { App } from '../app.ts'
import { Admission, isOwnHost, isOwnOrigin } from './admission.ts'
import { contentSecurityPolicy, type Assets } from './assets.ts'
import { Uploads } from './uploads.ts'

export interface WebServer {
  /** An address with a token that opens it once. */
  invite(): string
  readonly port: number
  close(): Promise<void>
}

export interface WebOptions {
  readonly app: App
  readonly assets: Assets
  readonly uploads: Uploads
  /** 0 for any free port. */
  readonly port: number
}

/** A call's input in bytes: far more than ten thousand edits take. */
const mostBytes = 16 << 20
/** What a page's token is called: a header of calls, and the second protocol of the socket. */
const pageHeader = 'x-shiliu-page'
/** Which opening of a project the page shows. */
const openingHeader = 'x-shiliu-opening'
const protocol = 'shiliu'

/**
 * Serves the interface on 127.0.0.1: pages over HTTP, calls as POST, events over a WebSocket. Requests
 * under a foreign name, from a foreign page or without the page's token are refused before anything of
 * them is read.
 */
export async function startWebServer(options: WebOptions): Promise<WebServer> {
  const server = createServer((request, response) => void handle(request, response))
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1024,
    handleProtocols: () => protocol,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const admission = new Admission(port)

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      secure(response)
      if (!isOwnHost(request, hosts)) return refuse(response, 421)
      const url = urlOf(request)
      if (url === null) return refuse(response, 400)
      if (request.method === 'POST') await post(request, response, url)
      else if (request.method === 'GET') get(request, response, url)
      else refuse(response, 405)
    } catch (error) {
      answer(response, 500, { error: toRecord(error) })
    }
  }

  function get(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const token = url.searchParams.get('token')
    if (token !== null) {
      const admitted = admission.exchange(token, request)
      if (admitted === null) return refuse(response, 403)
      response.writeHead(303, { ...admitted, location: '/' }).end()
      return
    }
    const path = url.pathname === '/' ? '/index.html' : url.pathname
    const asset = options.assets.get(path)
    if (!admission.admits(request)) return refuse(response, 403)
    if (asset === undefined) return refuse(response, 404)
    const isPage = path.endsWith('.html')
    const body = isPage ? withPageToken(asset.body, admission.newPage(request)!) : asset.body
    const cache = isPage ? 'no-store' : 'private, max-age=31536000, immutable'
    response.writeHead(200, { 'content-type': asset.type, 'cache-control': cache }).end(body)
  }

  async function post(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const page = request.headers[pageHeader]
    const isAdmitted = isOwnOrigin(request) && admission.knows(request, page?.toString())
    if (!isAdmitted) return refuse(response, 403)
    if (url.pathname === '/upload') {
      const name = url.searchParams.get('name') ?? ''
      answer(response, 200, { output: await options.uploads.receive(name, request) })
      return
    }
    const name = /^\/call\/(.+)$/.exec(url.pathname)?.[1]
    if (!isCall(name)) return refuse(response, 404)
    const body = await readBody(request)
    if (body === null) return refuse(response, 413)
    const input = parsed(body)
    if (input === undefined) return refuse(response, 400)
    const opening = request.headers[openingHeader]
    answer(response, 200, await answerCall(options.app, name, input, opening))
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [name, page] = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/)
    const isAdmitted =
      request.url === '/events' &&
      isOwnHost(request, hosts) &&
      isOwnOrigin(request) &&
      name === protocol &&
      admission.knows(request, page)
    if (!isAdmitted) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (page) => broadcast(options.app, page))
  })

  return {
    invite: () => `http://127.0.0.1:${port}/?token=${admission.invite()}`,
    port,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
      options.uploads.remove()
    },
  }
}

/** Every event of the application goes to every page. */
function broadcast(app: App, page: WebSocket): void {
  const stops = (Object.keys(events) as Event[]).map((event) =>
    app.on(event, (payload) => page.send(JSON.stringify({ event, payload }))),
  )
  page.on('error', () => page.terminate())
  page.on('close', () => stops.forEach((stop) => stop()))
}

function secure(response: ServerResponse): void {
  response.setHeader('content-security-policy', contentSecurityPolicy)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
}

function withPageToken(page: Buffer, token: string): string {
  return page
    .toString('utf8')
    .replace('</head>', `<meta name="shiliu-page" content="${token}"></head>`)
}

/** Where a request goes; null for what is no address. */
function urlOf({ url, headers }: IncomingMessage): URL | null {
  return url?.startsWith('/') ? URL.parse(`http://${headers.host}${url}`) : null
}

/** The body; null when it is too large. The connection stays, so that the refusal gets through. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return null
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > mostBytes) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value))
}

const refusals: Readonly<Record<number, string>> = {
  400: 'Not understood.\n',
  403: 'Open the address that the program printed. It works once; start "shiliu serve" again for another.\n用程序打印的地址打开。它只能用一次；再运行一次“shiliu serve”就有新的。\n',
  404: 'Not found.\n',
  405: 'Not allowed.\n',
  413: 'Too much at once.\n',
  421: 'This address is not mine.\n',
}

function refuse(response: ServerResponse, status: number): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    .end(refusals[status])
}
