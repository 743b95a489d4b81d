import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from '../../../core/errors.ts'
import type { PretrainResult, PretrainSpec } from '../../../core/job.ts'
import type { Work } from '../work.ts'

export type PretrainInput = Omit<PretrainSpec, 'kind'>

/** What lies in the work folder of a pretraining that has not ended. */
interface Progress {
  /** SHA-256 over what the weights depend on. */
  readonly settings: string
  readonly checkpoint: string
  readonly step: number
}

/**
 * Makes a base model from raw text. It belongs to no project: its progress is kept in its work folder,
 * and the same command goes on from the last checkpoint. Error: `pretrain.otherSettings`.
 */
export async function pretrain(work: Work): Promise<PretrainResult> {
  const input = work.input as PretrainInput
  const path = join(input.workFolder, 'progress.json')
  const settings = settingsHash(input)
  const found = readProgress(path)
  if (found && found.settings !== settings) {
    fail('pretrain.otherSettings', { folder: input.workFolder, step: found.step })
  }
  const result = await work.compute(
    { kind: 'pretrain', ...input },
    {
      resume: () => {
        const checkpoint = readProgress(path)?.checkpoint
        return checkpoint !== undefined && existsSync(checkpoint) ? checkpoint : undefined
      },
      onCheckpoint: ({ path: checkpoint, step }) => {
        writeProgress(path, { settings, checkpoint, step })
      },
    },
  )
  rmSync(path, { force: true })
  return result
}

function settingsHash({ corpus, start, settings }: PretrainInput): string {
  return hash('sha256', JSON.stringify({ corpus, start, settings }))
}

function readProgress(path: string): Progress | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Progress) : null
}

function writeProgress(path: string, progress: Progress): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(`${path}.part`, JSON.stringify(progress), { flush: true })
  renameSync(`${path}.part`, path)
}
