import { performance } from 'node:perf_hooks'
import type { TaskDefinition } from '../core/contract.ts'
import type { ProposalRule } from '../core/job.ts'
import type { JobId } from '../core/project.ts'
import type {
  Audit,
  ExportOutcome,
  ImportReport,
  PredictOutcome,
  ProposeOutcome,
  RoundReport,
  TrainOutcome,
} from '../core/records.ts'
import { openApp, type App } from './app.ts'
import { Progress } from './cli/progress.ts'
import { host, resultOf } from './cli/shell.ts'
import { percent, withInterval } from './cli/table.ts'
import { freshLoopFolder, loopName, type LoopFolder } from './loop-folder.ts'

/** A labelled file to walk the whole loop with; its labels play the analyst. */
export interface LoopInput {
  readonly file: string
  readonly text: string
  readonly id?: string
  /** The column with the analyst's answers: names of classes. */
  readonly label: string
  readonly task: TaskDefinition
  readonly seed: number
  /** Labels a class to begin with. */
  readonly shots: number
  readonly heldOut: number
  readonly rule: ProposalRule
  readonly audit: { readonly threshold: number; readonly size: 60 | 120 | 200 }
  /** Texts for the exported folder to answer at the end. */
  readonly unseen: readonly string[]
}

export interface LoopOutcome {
  readonly stages: readonly Stage[]
  readonly rounds: readonly RoundReport[]
  readonly inUse: number | null
  readonly audit: Audit | null
  readonly answers: Answers
  readonly project: string
  readonly exported: ExportOutcome
  readonly predictions: PredictOutcome['rows']
}

export interface Stage {
  readonly name: string
  readonly seconds: number
  readonly outcome: string
}

/** How many answers the analyst has given, and what for. */
export interface Answers {
  train: number
  audit: number
  heldOut: number
}

/** What the stages share. */
interface Walk {
  readonly app: App
  readonly input: LoopInput
  readonly paths: LoopFolder
  readonly stages: Stage[]
  readonly answers: Answers
}

/**
 * The main job from end to end, in a folder of its own (see `freshLoopFolder`): import, label, train,
 * propose, audit, accept, train again, export, predict with the exported folder. The labels in the
 * file are read as the analyst's answers only, and each one that is taken is counted.
 */
export async function walkLoop(input: LoopInput, folder: string): Promise<LoopOutcome> {
  const app = openApp(host())
  const answers = { train: 0, audit: 0, heldOut: 0 }
  try {
    const paths = await freshLoopFolder(app, folder)
    const walk: Walk = { app, input, paths, stages: [], answers }
    const { project } = paths
    await app.call('project.create', { path: project, name: loopName, seed: input.seed })
    await importFile(walk)
    await label(walk)
    const first = await train(walk, 'train')
    const audit = await proposeAndAudit(walk)
    const second = await train(walk, 'train again')
    const exported = await exportModel(walk)
    const { rows: predictions } = await predict(walk, exported.folder)
    const { inUse } = await app.call('rounds.list', {})
    const { stages } = walk
    return {
      stages,
      rounds: [first, second],
      inUse,
      audit,
      answers,
      project,
      exported,
      predictions,
    }
  } finally {
    await app.close()
  }
}

async function importFile(walk: Walk): Promise<void> {
  const { app, input } = walk
  const { file: path, text, id } = input
  await stage(
    walk,
    'import',
    async () => {
      const { plan } = await app.call('data.preview', { path, choice: { text, ...(id && { id }) } })
      const report = await finished<ImportReport>(
        app,
        await app.call('data.import', { path, plan }),
      )
      await app.call('task.set', input.task)
      return report
    },
    ({ added, repeated, rejected }) => `${added} texts, ${repeated} repeated, ${rejected} rejected`,
  )
}

async function label(walk: Walk): Promise<void> {
  const { app, input, answers } = walk
  await stage(
    walk,
    'label',
    async () => {
      await app.call('label.drawHeldOut', { size: input.heldOut, seed: input.seed })
      const column = { column: input.label, seed: input.seed }
      const held = await app.call('label.fromColumn', { ...column, scope: 'heldout' })
      const train = await app.call('label.fromColumn', { ...column, perClass: input.shots })
      answers.heldOut = sum(Object.values(held.perClass))
      answers.train = sum(Object.values(train.perClass))
    },
    () => `${answers.train} to train on, ${answers.heldOut} held out`,
  )
}

async function train(walk: Walk, name: string): Promise<RoundReport> {
  const { app } = walk
  return stage(
    walk,
    name,
    async () => {
      const { round } = await finished<TrainOutcome>(app, await app.call('train.start', {}))
      return app.call('rounds.get', { round })
    },
    ({ number, texts }) =>
      `round ${number}: ${texts.gold} labels, ${texts.accepted} accepted proposals`,
  )
}

async function proposeAndAudit(walk: Walk): Promise<Audit | null> {
  const { app, input } = walk
  const { proposed } = await stage(
    walk,
    'propose',
    async () => {
      const started = await app.call('review.propose', { rule: input.rule })
      return finished<ProposeOutcome>(app, started)
    },
    ({ pool, proposed }) => `${proposed} of ${pool} texts`,
  )
  if (proposed === 0) return null
  return stage(walk, 'audit', () => auditAndAccept(walk), showAudit)
}

/** Answers the sample; what passes is accepted, what fails has still brought gold labels. */
async function auditAndAccept({ app, input, answers }: Walk): Promise<Audit> {
  const created = await app.call('audit.create', input.audit)
  const items = await app.call('audit.items', { audit: created.id })
  const { classes } = (await app.call('task.get', {}))!.task
  const given = await Promise.all(
    items.map(async ({ text }) => {
      const { columns } = await app.call('data.text', { id: text })
      const { id } = classes.find(({ name }) => name === columns[input.label])!
      return { text, answer: { state: 'class' as const, class: id } }
    }),
  )
  answers.audit = given.length
  const audit = await app.call('audit.answer', { audit: created.id, answers: given })
  if (audit.state === 'passed') await app.call('audit.accept', { audit: audit.id })
  return audit
}

function showAudit({ state, threshold, precision, population, n }: Audit): string {
  const figure = `precision ${withInterval(precision)} on ${n} of ${population}`
  return state === 'passed'
    ? `${figure}: the rest accepted`
    : `${figure}: not shown to be ${percent(threshold)}, nothing accepted in bulk`
}

async function exportModel(walk: Walk): Promise<ExportOutcome> {
  const { app } = walk
  const folder = walk.paths.exported
  return stage(
    walk,
    'export',
    async () => finished<ExportOutcome>(app, await app.call('export.start', { folder })),
    ({ files, parity }) => {
      const worst = Math.max(...parity.map((line) => line.worst ?? 0))
      const runtimes = parity.filter((line) => line.worst !== null).length
      return `${files.length} files, largest difference ${worst.toExponential(1)} in ${runtimes} runtimes`
    },
  )
}

async function predict(walk: Walk, folder: string): Promise<PredictOutcome> {
  const { app, input } = walk
  const source = { kind: 'texts' as const, texts: input.unseen.map((a) => ({ a })) }
  return stage(
    walk,
    'predict',
    async () => finished<PredictOutcome>(app, await app.call('predict.start', { folder, source })),
    ({ predicted }) => `${predicted} new texts`,
  )
}

async function stage<T>(
  { stages }: Walk,
  name: string,
  work: () => Promise<T>,
  tell: (result: T) => string,
): Promise<T> {
  process.stderr.write(`${name} ...\n`)
  const started = performance.now()
  const result = await work()
  stages.push({ name, seconds: (performance.now() - started) / 1000, outcome: tell(result) })
  return result
}

/** Follows a job to its end and gives its result. */
async function finished<T>(app: App, { job }: { readonly job: JobId }): Promise<T> {
  const progress = new Progress()
  const stop = app.subscribe(job, 0, (event) => progress.show(event))
  const ended = await app.call('jobs.wait', { job })
  stop()
  progress.end()
  return resultOf<T>(ended)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
