import type { ErrorRecord } from '../../../core/errors.ts'
import type { FilePreview, ImportPlan, PreviewChoice } from '../../../core/import-plan.ts'
import { api } from '../../api.ts'
import { CallError } from '../../bridge.ts'
import { files } from '../../state/files.svelte.ts'
import { jobs } from '../../state/jobs.svelte.ts'
import { attempt } from '../../state/messages.svelte.ts'

/** A file that is looked at before it is imported. */
export interface LookedAt {
  readonly path: string
  readonly choice: PreviewChoice
  /** The last preview that could be made; null before the first. */
  readonly preview: FilePreview | null
  /** Why there is no preview of this choice. */
  readonly error: ErrorRecord | null
}

type Mode =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly name: string }
  | { readonly kind: 'looking'; readonly file: LookedAt }

export const extensions = ['csv', 'tsv', 'tab', 'json', 'jsonl', 'ndjson', 'txt']

/** The way of a file into the project: it is sent or picked, looked at, and imported. */
class ImportFlow {
  mode = $state.raw<Mode>({ kind: 'idle' })
  /** Files that were dropped together and come after this one. */
  waiting = $state.raw<readonly File[]>([])
  #asked = 0

  get file(): LookedAt | null {
    return this.mode.kind === 'looking' ? this.mode.file : null
  }

  async pick(title: string): Promise<void> {
    const path = await files.pickFile(title, extensions)
    if (path !== null) await this.look(path)
  }

  async drop(dropped: readonly File[]): Promise<void> {
    this.waiting = [...this.waiting, ...dropped]
    if (this.mode.kind === 'idle') await this.#next()
  }

  /** Looks at a file; the choice is what a person has settled about it. */
  async look(path: string, choice: PreviewChoice = {}): Promise<void> {
    const asked = ++this.#asked
    const before = this.file?.path === path ? this.file.preview : null
    this.mode = { kind: 'looking', file: { path, choice, preview: before, error: null } }
    const { preview, error } = await previewOf(path, choice)
    if (asked !== this.#asked) return
    this.mode = {
      kind: 'looking',
      file: { path, choice, preview: preview ?? before, error },
    }
  }

  /** Changes how the file is taken apart. What its columns are for is then suggested anew. */
  reform(change: PreviewChoice): void {
    const { path, choice } = this.file!
    const { encoding, format, delimiter, quoted, header } = { ...choice, ...change }
    const form = { encoding, format, delimiter, quoted, header }
    const settled = Object.entries(form).filter(([, value]) => value !== undefined)
    void this.look(path, Object.fromEntries(settled))
  }

  /** Changes what the columns are for. */
  assign(change: Partial<Pick<ImportPlan, 'text' | 'textB' | 'id'>>): void {
    const { path, choice, preview } = this.file!
    const { text, textB, id } = preview!.plan
    const roles = { text, textB, id, ...change }
    const [[changed, column]] = Object.entries(change) as [[keyof typeof roles, string | null]]
    for (const role of ['textB', 'id'] as const) {
      if (role !== changed && roles[role] === column) roles[role] = null
    }
    void this.look(path, { ...choice, ...roles })
  }

  async begin(plan: ImportPlan): Promise<void> {
    const started = await attempt(() =>
      api.call('data.import', { path: this.file!.path, plan: { ...plan } }),
    )
    if (started) await this.close()
    await jobs.refresh()
  }

  async close(): Promise<void> {
    this.#asked++
    this.mode = { kind: 'idle' }
    await this.#next()
  }

  async #next(): Promise<void> {
    const [file, ...rest] = this.waiting
    if (!file) return
    this.waiting = rest
    this.mode = { kind: 'sending', name: file.name }
    const path = await attempt(() => api.upload(file))
    if (path === undefined) await this.close()
    else await this.look(path)
  }
}

export const importFlow = new ImportFlow()

async function previewOf(
  path: string,
  choice: PreviewChoice,
): Promise<{ preview: FilePreview | null; error: ErrorRecord | null }> {
  try {
    return { preview: await api.call('data.preview', { path, choice }), error: null }
  } catch (error) {
    if (error instanceof CallError) return { preview: null, error: error.record }
    throw error
  }
}

/** The name of a file at the end of its path. */
export function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}
