import { hash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EvaluateResult, EvaluateSpec } from '../../../core/job.ts'
import type { Work } from '../work.ts'

export type EvaluateInput = Omit<EvaluateSpec, 'kind'>

/**
 * Measures a base model on a FewCLUE task. Whoever reads test_public leaves a line in
 * bench/results/test-reads.jsonl, before reading (decision 19).
 */
export async function evaluate(work: Work): Promise<EvaluateResult> {
  const input = work.input as EvaluateInput
  if (input.final) recordRead(work.host.root, input)
  return work.compute({ kind: 'evaluate', ...input })
}

function recordRead(root: string, input: EvaluateInput): void {
  const { task, splits, base, poolSteps, recipe, seed } = input
  const line = {
    date: new Date().toISOString(),
    commit: commitOf(root),
    task,
    splits,
    settings: hash('sha256', JSON.stringify({ task, splits, base, poolSteps, recipe, seed })),
  }
  const path = join(root, 'bench/results/test-reads.jsonl')
  mkdirSync(dirname(path), { recursive: true })
  appendFileSync(path, `${JSON.stringify(line)}\n`)
}

/** The commit of a working copy; null where the program does not run from one. */
function commitOf(root: string): string | null {
  const head = join(root, '.git/HEAD')
  if (!existsSync(head)) return null
  const content = readFileSync(head, 'utf8').trim()
  if (!content.startsWith('ref: ')) return content
  const name = content.slice('ref: '.length)
  const loose = join(root, '.git', name)
  if (existsSync(loose)) return readFileSync(loose, 'utf8').trim()
  const packed = join(root, '.git/packed-refs')
  const lines = existsSync(packed) ? readFileSync(packed, 'utf8').split('\n') : []
  return lines.find((line) => line.endsWith(` ${name}`))?.split(' ')[0] ?? null
}
