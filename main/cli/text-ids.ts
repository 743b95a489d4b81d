import { fail } from '../../core/errors.ts'
import type { TextId } from '../../core/project.ts'
import type { App } from '../app.ts'

/** The texts that a person means: by the project's ids, or by those of their own files. */
export async function textIds(
  app: App,
  ids: readonly string[],
  areOriginal = false,
): Promise<readonly TextId[]> {
  if (areOriginal) return app.call('data.resolve', { originalIds: [...ids] })
  const wrong = ids.filter((id) => !/^[1-9]\d*$/.test(id))
  if (wrong.length > 0) fail('text.unknown', { ids: wrong.slice(0, 20) })
  return ids.map((id) => Number(id) as TextId)
}
