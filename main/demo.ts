import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { TaskDefinition } from '../core/contract.ts'
import { sentence, toRecord } from '../core/errors.ts'
import type { JobId, TextId } from '../core/project.ts'
import type {
  Audit,
  ImportReport,
  ProposeOutcome,
  RoundComparison,
  RoundReport,
  TrainOutcome,
} from '../core/records.ts'
import { openApp, type App } from './app.ts'
import { Progress } from './cli/progress.ts'
import { host, resultOf } from './cli/shell.ts'
import { oneLine, percent, table, withInterval } from './cli/table.ts'
import type { ExportOutcome } from './training/programs/export.ts'
import type { PredictOutcome } from './training/programs/predict.ts'

/**
 * The main job from end to end on the sample project: import, label 32 texts, train, propose, audit,
 * accept, train again, export, predict with the exported folder. The labels that come with the sample
 * play the analyst, and every answer that is taken from them is counted.
 */

const seed = 16
const shots = 16
const heldOut = 100
const auditThreshold = 0.7
const proposalRule = { share: 0.4, minimum: 30, unanimous: true }
const unseen = [
  '楼下新开的面馆味道一般，等了四十分钟，不会再去了。',
  '师傅准时上门，十分钟就修好了，收费也公道。',
  '说是静音风扇，晚上根本睡不着。',
]

const root = resolve(import.meta.dirname, '..')
const sample = join(root, 'resources/sample')

interface Stage {
  readonly name: string
  readonly seconds: number
  readonly outcome: string
}

/** What the stages share. */
interface Demo {
  readonly app: App
  readonly folder: string
  readonly stages: Stage[]
  readonly answers: { train: number; audit: number; heldOut: number }
}

const folder = resolve(process.argv[2] ?? join(root, 'demo-out'))
try {
  await run(folder)
} catch (error) {
  console.error(sentence(toRecord(error), process.env.LANG?.startsWith('zh') ? 'zh' : 'en'))
  process.exitCode = 1
}

async function run(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const app = openApp(host())
  const demo: Demo = { app, folder, stages: [], answers: { train: 0, audit: 0, heldOut: 0 } }
  try {
    await importSample(demo)
    await labelSample(demo)
    const first = await train(demo, 'train')
    await proposeAndAudit(demo)
    const second = await train(demo, 'train again')
    const exported = await exportModel(demo)
    await predict(demo, exported.folder)
    console.log(await summary(demo, first, second, exported))
  } finally {
    await app.close()
  }
}

async function importSample(demo: Demo): Promise<void> {
  const { app } = demo
  const path = join(demo.folder, 'demo.shiliu')
  await app.call('project.create', { path, name: 'demo', seed })
  await stage(
    demo,
    'import',
    async () => {
      const file = join(sample, 'texts.csv')
      const { plan } = await app.call('data.preview', {
        path: file,
        choice: { text: 'text', id: 'id' },
      })
      const report = await finished<ImportReport>(
        app,
        await app.call('data.import', { path: file, plan }),
      )
      const task = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')) as TaskDefinition
      await app.call('task.set', task)
      return report
    },
    ({ added, rejected }) => `${added} texts, ${rejected} rejected`,
  )
}

async function labelSample(demo: Demo): Promise<void> {
  const { app, answers } = demo
  await stage(
    demo,
    'label',
    async () => {
      await app.call('label.drawHeldOut', { size: heldOut, seed })
      const column = { column: 'label', seed }
      const held = await app.call('label.fromColumn', { ...column, scope: 'heldout' })
      const train = await app.call('label.fromColumn', { ...column, perClass: shots })
      answers.heldOut = sum(Object.values(held.perClass))
      answers.train = sum(Object.values(train.perClass))
    },
    () => `${answers.train} to train on, ${answers.heldOut} held out`,
  )
}

async function train(demo: Demo, name: string): Promise<RoundReport> {
  const { app } = demo
  return stage(
    demo,
    name,
    async () => {
      const { round } = await finished<TrainOutcome>(app, await app.call('train.start', {}))
      return app.call('rounds.get', { round })
    },
    ({ number, texts }) =>
      `round ${number}: ${texts.gold} labels, ${texts.accepted} accepted proposals`,
  )
}

async function proposeAndAudit(demo: Demo): Promise<void> {
  const { app } = demo
  const { proposed } = await stage(
    demo,
    'propose',
    async () =>
      finished<ProposeOutcome>(app, await app.call('review.propose', { rule: proposalRule })),
    ({ pool, proposed }) => `${proposed} of ${pool} texts`,
  )
  if (proposed === 0) return
  await stage(demo, 'audit', () => auditAndAccept(demo), showAudit)
}

/** Answers the sample; what passes is accepted, what fails has still brought gold labels. */
async function auditAndAccept({ app, answers }: Demo): Promise<Audit> {
  const created = await app.call('audit.create', { threshold: auditThreshold, size: 60 })
  const items = await app.call('audit.items', { audit: created.id })
  const given = await Promise.all(
    items.map(async ({ text }) => ({
      text,
      answer: { state: 'class' as const, class: await answerOf(app, text) },
    })),
  )
  answers.audit = given.length
  const audit = await app.call('audit.answer', { audit: created.id, answers: given })
  if (audit.state === 'passed') await app.call('audit.accept', { audit: audit.id })
  return audit
}

function showAudit({ state, precision, population, n }: Audit): string {
  const figure = `precision ${withInterval(precision)} on ${n} of ${population}`
  return state === 'passed'
    ? `${figure}: the rest accepted`
    : `${figure}: below ${percent(auditThreshold)}, nothing accepted in bulk`
}

async function exportModel(demo: Demo): Promise<ExportOutcome> {
  const { app } = demo
  const target = join(demo.folder, 'export')
  return stage(
    demo,
    'export',
    async () => finished<ExportOutcome>(app, await app.call('export.start', { folder: target })),
    ({ files, parity }) => {
      const worst = Math.max(...parity.map((line) => line.worst ?? 0))
      return `${files.length} files, largest logit difference ${worst.toExponential(1)}`
    },
  )
}

async function predict(demo: Demo, folder: string): Promise<void> {
  const { app } = demo
  const outcome = await stage(
    demo,
    'predict',
    async () => {
      const source = { kind: 'texts' as const, texts: unseen.map((a) => ({ a })) }
      return finished<PredictOutcome>(app, await app.call('predict.start', { folder, source }))
    },
    () => `${unseen.length} new texts`,
  )
  const rows = outcome.rows.map(({ label, score }, i) => [
    label,
    percent(score),
    oneLine(unseen[i]!),
  ])
  console.log(`${table(rows)}\n`)
}

async function summary(
  { app, stages, answers, folder }: Demo,
  first: RoundReport,
  second: RoundReport,
  exported: ExportOutcome,
): Promise<string> {
  const { inUse, compared } = await app.call('rounds.list', {})
  const accuracy = ({ accuracy }: RoundReport) =>
    accuracy ? withInterval(accuracy) : 'not measured'
  const stageRows = stages.map(({ name, seconds, outcome }) => [
    name,
    `${seconds.toFixed(1)} s`,
    outcome,
  ])
  return [
    table([['stage', 'time', 'outcome'], ...stageRows]),
    '',
    table([
      ['held-out accuracy', `(${heldOut} texts, 95 % interval)`],
      [`round ${first.number}`, accuracy(first)],
      [`round ${second.number}`, accuracy(second)],
    ]),
    verdict(second.comparison),
    `Round ${inUse} is in use, the better of ${compared} on the held-out texts, and was exported.`,
    '',
    `Answers of the analyst: ${answers.train} for training, ${answers.audit} in the audit; ` +
      `${answers.heldOut} more only to measure.`,
    `Project: ${relative('.', join(folder, 'demo.shiliu'))}`,
    `Exported model: ${relative('.', exported.folder)}`,
  ].join('\n')
}

function verdict(comparison: RoundComparison | null): string {
  if (comparison === null) return 'The rounds could not be compared.'
  const { accuracy } = comparison
  const change = `${withSign(accuracy.value)} (${withSign(accuracy.low)} to ${withSign(accuracy.high)}) points`
  const words = {
    helped: `The second round helped: ${change}.`,
    'did not help': `The second round did not help: ${change}.`,
    'no difference seen': `No difference seen between the rounds: ${change}, which includes 0.`,
  }
  return words[comparison.verdict]
}

async function stage<T>(
  { stages }: Demo,
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

/** The class id that the analyst would give, from the labels kept with the sample. */
async function answerOf(app: App, text: TextId): Promise<string> {
  const { columns } = await app.call('data.text', { id: text })
  const { classes } = (await app.call('task.get', {}))!.task
  return classes.find(({ name }) => name === columns['label'])!.id
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function withSign(share: number): string {
  const points = (100 * share).toFixed(1)
  return share > 0 ? `+${points}` : points
}
