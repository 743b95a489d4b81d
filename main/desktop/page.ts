import { contentSecurityPolicy, type Assets } from '../web/assets.ts'

/** The scheme of the interface: pages of it have an origin of their own, which nothing else has. */
export const scheme = 'app'
const origin = `${scheme}://shiliu`

/** The address of the interface, at its first screen or, with a project, at the project's data. */
export function addressOf(at: 'home' | 'data', visit: number): string {
  // Another query makes another page of it, where the fragment alone would only move within one.
  return `${origin}/index.html?visit=${visit}${at === 'home' ? '' : `#/${at}`}`
}

export function isOwnPage(address: string): boolean {
  return address.startsWith(`${origin}/`)
}

/** Whether a request would go to another machine, or past the scheme to the disk. */
export function isElsewhere(address: string): boolean {
  return /^(https?|wss?|ftp|file):/i.test(address)
}

/** The page may put text on the clipboard when the user copies; it may have nothing else. */
export function mayHave(permission: string, address: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnPage(address)
}

/** What a request of the page gets: files of the interface from memory, and nothing else. */
export function respond(assets: Assets, { method, url }: Request): Response {
  const asset = assets.get(new URL(url).pathname)
  if (method !== 'GET' || !isOwnPage(url) || asset === undefined) {
    return new Response('Not found.', { status: 404, headers })
  }
  return new Response(new Uint8Array(asset.body), {
    headers: { ...headers, 'content-type': asset.type },
  })
}

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}
