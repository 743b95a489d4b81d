import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The headers that make a browser one that is in. */
export interface Admitted {
  readonly 'set-cookie'?: string
}

/**
 * Who may talk to the server (decision 13). A one-time token in the address that was printed is
 * exchanged for a cookie; every page that is served then carries a token of its own, which its calls
 * and its socket must show: cookies are shared by all ports of a host, page tokens by nobody.
 */
export class Admission {
  readonly #cookie: string
  readonly #invitations = new Set<string>()
  readonly #sessions = new Map<string, string[]>()

  constructor(port: number) {
    this.#cookie = `shiliu-${port}`
  }

  /** A token that opens the door once. */
  invite(): string {
    const token = secret()
    this.#invitations.add(token)
    return token
  }

  /**
   * Lets in whoever brings a fresh token; null for any other. A browser that is in already keeps its
   * session, so that its open pages go on.
   */
  exchange(token: string, request: IncomingMessage): Admitted | null {
    const known = [...this.#invitations].find((invitation) => sameSecret(invitation, token))
    if (known === undefined) return null
    this.#invitations.delete(known)
    if (this.admits(request)) return {}
    const session = secret()
    this.#sessions.set(session, [])
    return { 'set-cookie': `${this.#cookie}=${session}; Path=/; HttpOnly; SameSite=Strict` }
  }

  /** Whether a request brings the cookie of a session. */
  admits(request: IncomingMessage): boolean {
    return this.#pagesOf(request) !== undefined
  }

  /** A token for a page that is about to be served; null without the cookie. */
  newPage(request: IncomingMessage): string | null {
    const pages = this.#pagesOf(request)
    if (pages === undefined) return null
    const token = secret()
    pages.push(token)
    // A page that was reloaded this many times since is gone.
    if (pages.length > 100) pages.shift()
    return token
  }

  /** Whether a request comes from a page of this server that was served to this session. */
  knows(request: IncomingMessage, pageToken: string | undefined): boolean {
    if (pageToken === undefined) return false
    return this.#pagesOf(request)?.some((page) => sameSecret(page, pageToken)) ?? false
  }

  #pagesOf({ headers }: IncomingMessage): string[] | undefined {
    const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim())
    const own = cookies.find((cookie) => cookie.startsWith(`${this.#cookie}=`))
    const value = own?.slice(this.#cookie.length + 1)
    if (value === undefined) return undefined
    const session = [...this.#sessions.keys()].find((known) => sameSecret(known, value))
    return session === undefined ? undefined : this.#sessions.get(session)
  }
}

/**
 * Whether the request was addressed to this server by a name of its own: a page of another site that
 * has its name resolve to 127.0.0.1 sends that name.
 */
export function isOwnHost({ headers }: IncomingMessage, hosts: readonly string[]): boolean {
  return headers.host !== undefined && hosts.includes(headers.host)
}

/** Whether the request was made by a page of this server: browsers name the page's origin. */
export function isOwnOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === `http://${headers.host}`
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function sameSecret(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
