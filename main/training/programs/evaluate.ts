import { hash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { benchmarkTasks } from '../../../core/benchmark.ts'
import { fail } from '../../../core/errors.ts'
import type { EvaluateResult, EvaluateSpec } from '../../../core/job.ts'
import type { Work } from '../work.ts'

export type EvaluateInput = Omit<EvaluateSpec, 'kind'>

/** What test_public is read for: to be answered, or to take its texts out of the pool. */
type Purpose = 'final' | 'overlap'

/**
 * Measures a base model on a FewCLUE task. Whoever reads test_public leaves a line for each purpose in
 * bench/results/test-reads.jsonl, before reading (decision 19), but not for a read that cannot happen.
 * Errors: `benchmark.unknownTask`, `benchmark.noFile`.
 */
export async function evaluate(work: Work): Promise<EvaluateResult> {
  const input = work.input as EvaluateInput
  requireData(input)
  for (const purpose of purposesOf(input)) recordRead(work.host.root, input, purpose)
  return work.compute({ kind: 'evaluate', ...input })
}

function purposesOf({ final, poolSteps }: EvaluateInput): Purpose[] {
  return [...(final ? (['final'] as const) : []), ...(poolSteps > 0 ? (['overlap'] as const) : [])]
}

function requireData(input: EvaluateInput): void {
  const { fewclue, task, splits, final, poolSteps } = input
  const known: readonly string[] = benchmarkTasks
  if (!known.includes(task)) fail('benchmark.unknownTask', { task, known: [...known] })
  const parts = [
    ...splits.flatMap((split) => [`train_${split}`, ...(final ? [] : [`dev_${split}`])]),
    ...(purposesOf(input).length > 0 ? ['test_public'] : []),
    ...(poolSteps > 0 ? ['unlabeled'] : []),
  ]
  for (const part of parts) {
    const path = join(fewclue, `${part}.json`)
    if (!existsSync(path)) fail('benchmark.noFile', { path })
  }
}

/** `data` tells which texts were read wherever they lay; `settings` what they were read with. */
function recordRead(root: string, input: EvaluateInput, purpose: Purpose): void {
  const { fewclue, task, splits, base, poolSteps, recipe, seed } = input
  const line = {
    date: new Date().toISOString(),
    commit: commitOf(root),
    task,
    splits,
    purpose,
    data: hash('sha256', readFileSync(join(fewclue, 'test_public.json'))),
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
