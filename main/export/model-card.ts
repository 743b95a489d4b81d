import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ParityLine } from '../../core/job.ts'
import type { Round } from '../../core/records.ts'
import type { Task } from '../../core/task.ts'
import type { ReadableDb } from '../store/database.ts'
import { heldOutDraw } from '../store/held-out.ts'
import { modelById } from '../store/models.ts'
import { projectRecord } from '../store/project.ts'
import { allRounds } from '../store/rounds.ts'
import { countRunTexts, runById } from '../store/runs.ts'
import { taskVersion } from '../store/tasks.ts'
import { heldOutFigures } from '../training/figures.ts'

export interface CardDetails {
  readonly temperature: number
  readonly parity: readonly ParityLine[]
}

/** Writes README.md: what the model is, from what it was made, and how good it is known to be. */
export function writeModelCard(
  db: ReadableDb,
  folder: string,
  round: Round,
  details: CardDetails,
): void {
  const run = runById(db, round.run)
  const { task, guideline } = taskVersion(db, run.taskVersion)
  const sections = [
    `# ${projectRecord(db).name}\n\nA text classifier with ${task.classes.length} classes, trained ` +
      `with Shiliu (Fuzzy-PET). The pattern is part of the graph: give it texts, it gives classes.`,
    `## Classes\n\n${task.classes.map((c) => `- ${c.name}`).join('\n')}`,
    ...(guideline ? [`## Guideline\n\n${guideline}`] : []),
    `## Quality\n\n${quality(db, round)}`,
    `## Made from\n\n${provenance(db, round)}`,
    `## Patterns and words\n\n${wordTable(task)}`,
    `## Training\n\n${settings(db, round, details.temperature)}`,
    `## Parity\n\nLargest difference of a logit from the model inside the program:\n\n${parity(details.parity)}`,
    `## Use\n\n\`snippets/\` has working examples. \`SHA256SUMS\` names every file: ` +
      `\`sha256sum --check SHA256SUMS\`.`,
  ]
  writeFileSync(join(folder, 'README.md'), `${frontMatter(task)}${sections.join('\n\n')}\n`)
}

function frontMatter({ kind }: Task): string {
  const tag = kind === 'pair' ? 'text-pair-classification' : 'text-classification'
  return `---\npipeline_tag: text-classification\nlibrary_name: onnxruntime\ntags:\n  - ${tag}\n---\n\n`
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

function quality(db: ReadableDb, round: Round): string {
  const { n, accuracy, macroF1 } = heldOutFigures(db, round)
  const compared = allRounds(db).length
  if (!accuracy || !macroF1) {
    return `Not measured: only ${n} held-out texts are labelled. Do not trust this model unseen.`
  }
  return (
    `On ${n} held-out texts, drawn at random before any model was trained and never trained on:\n\n` +
    `| Figure | Value | 95 % interval |\n|---|---|---|\n` +
    `| accuracy | ${percent(accuracy.value)} | ${percent(accuracy.low)} to ${percent(accuracy.high)} (Wilson) |\n` +
    `| macro F1 | ${percent(macroF1.value)} | ${percent(macroF1.low)} to ${percent(macroF1.high)} (bootstrap) |\n\n` +
    `This is round ${round.number} of ${compared}; the best of the compared rounds looks a little ` +
    `better than it is.`
  )
}

function provenance(db: ReadableDb, round: Round): string {
  const { gold, accepted, rejected } = countRunTexts(db, round.run)
  const draw = heldOutDraw(db)
  return [
    `- ${gold} texts labelled by a person`,
    `- ${accepted} proposals of an earlier round, accepted together behind an audit`,
    `- ${rejected} proposals that a person rejected, used as "not this class"`,
    draw
      ? `- ${draw.size} held-out texts of ${draw.ofTexts}, seed ${draw.seed}`
      : `- no held-out texts`,
  ].join('\n')
}

function wordTable({ patterns, groups, classes }: Task): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const head = ['group', ...classes.map((c) => cell(c.name))]
  const rows = groups.map((g) => [cell(g.name), ...classes.map((c) => cell(g.words[c.id] ?? ''))])
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${patterns.map((pattern) => `- \`${pattern}\``).join('\n')}\n\n${lines.join('\n')}`
}

function settings(db: ReadableDb, round: Round, temperature: number): string {
  const run = runById(db, round.run)
  const { recipe, environment, model, milliseconds } = run.result!
  const lines: Record<string, unknown> = {
    'base model (SHA-256)': modelById(db, run.base).sha256,
    'weights (SHA-256)': modelById(db, model).sha256,
    seed: run.seed,
    ...recipe,
    temperature,
    seconds: (milliseconds / 1000).toFixed(1),
    ...environment,
  }
  return Object.entries(lines)
    .map(([name, value]) => `- ${name}: ${String(value)}`)
    .join('\n')
}

function parity(lines: readonly ParityLine[]): string {
  const rows = lines.map(({ runtime, texts, worst, note }) => {
    return `| ${runtime} | ${texts} | ${worst === null ? 'not checked' : worst.toExponential(1)} | ${note} |`
  })
  return ['| Runtime | Texts | Difference | Note |', '|---|---|---|---|', ...rows].join('\n')
}
