import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { serve, type Serving } from '../../main/serve.ts'

/** A server to attack, with what an honest page of it has. */
export interface Door {
  readonly serving: Serving
  readonly port: number
  readonly origin: string
  /** Files are served below it; it is removed at the end. */
  readonly folder: string
  /** A secret beside it, outside the root. */
  readonly outside: string
  readonly cookie: string
  readonly page: string
  /** The headers of an honest call. */
  readonly honest: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer
}

/** One request, with every byte of path and headers as given. */
export function ask(port: number, path: string, asked: Asked = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, body } = asked
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode!, headers: response.headers, body: text })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Serves a folder of its own and goes in as a browser would. */
export async function openDoor(t: TestContext): Promise<Door> {
  const around = realpathSync(mkdtempSync(join(tmpdir(), 'shiliu-door-')))
  const [folder, outside] = [join(around, 'root'), join(around, 'outside')]
  for (const made of [folder, outside]) mkdirSync(made)
  process.env.SHILIU_SETTINGS = join(around, 'settings')
  const serving = await serve({ port: 0, root: folder })
  t.after(async () => {
    await serving.close()
    rmSync(around, { recursive: true, force: true })
  })
  const { port, origin, pathname, search } = new URL(serving.invite())
  const { headers } = await ask(Number(port), pathname + search)
  const cookie = headers['set-cookie']![0]!.split(';')[0]!
  const { body } = await ask(Number(port), '/', { headers: { cookie } })
  const page = /<meta name="shiliu-page" content="([\w-]+)">/.exec(body)![1]!
  const honest = { cookie, origin, 'x-shiliu-page': page }
  return { serving, port: Number(port), origin, folder, outside, cookie, page, honest }
}

/** A call as an honest page makes it, unless headers say otherwise. */
export function callOver(
  { port, honest }: Door,
  name: string,
  input: unknown,
  headers: Readonly<Record<string, string | string[]>> = honest,
): Promise<Reply> {
  return ask(port, `/call/${name}`, { method: 'POST', headers, body: JSON.stringify(input) })
}
