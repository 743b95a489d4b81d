import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../core/errors.ts'

/** A small file of a model folder as text. Error: `model.missing`. */
export async function readText(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), 'utf8')
  } catch {
    return fail('model.missing', { path: folder })
  }
}

/** The same, parsed. Errors: `model.missing`, `model.damaged`. */
export async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readText(folder, name)
  try {
    return JSON.parse(text)
  } catch {
    return fail('model.damaged', {
      path: join(folder, name),
      expected: 'JSON',
      got: text.slice(0, 40),
    })
  }
}

export function has(folder: string, name: string): boolean {
  return existsSync(join(folder, name))
}
