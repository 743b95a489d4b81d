import { mostAtOnce } from '../../core/contract.ts'
import { fail } from '../../core/errors.ts'
import type { TextId } from '../../core/project.ts'
import type { App } from '../app.ts'

/** The texts that a person means: by the project's ids, or by those of their own files. */
export async function textIds(
  app: App,
  ids: readonly string[],
  areOriginal = false,
): Promise<readonly TextId[]> {
  if (areOriginal) {
    const found: TextId[] = []
    for (let from = 0; from < ids.length; from += mostAtOnce) {
      const originalIds = ids.slice(from, from + mostAtOnce)
      found.push(...(await app.call('data.resolve', { originalIds })))
    }
    return found
  }
  const wrong = ids.filter((id) => !/^[1-9]\d*$/.test(id))
  if (wrong.length > 0) fail('text.unknown', { ids: wrong.slice(0, 20) })
  return ids.map((id) => Number(id) as TextId)
}

/**
 * Takes `id=class` apart. The project's ids hold no "=", but class names may; ids of the user's own
 * files may hold one as well, so there the class is what stands behind the last. Error: `text.badPair`.
 */
export function idAndClass(pair: string, areOriginal = false): { id: string; name: string } {
  const at = areOriginal ? pair.lastIndexOf('=') : pair.indexOf('=')
  if (at < 1 || at === pair.length - 1) fail('text.badPair', { got: pair })
  return { id: pair.slice(0, at), name: pair.slice(at + 1) }
}
