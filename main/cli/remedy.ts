import {
  sentence,
  type ErrorCode,
  type ErrorDetails,
  type ErrorRecord,
  type Language,
} from '../../core/errors.ts'
import type { WorkKind } from '../../core/project.ts'

/**
 * What to type against an error: a whole command, or an option of the command that failed. The
 * catalogue says what to do in words that hold for every surface; only this one has commands.
 */
type Remedies = { readonly [C in ErrorCode]?: (details: ErrorDetails<C>) => string | null }

const unfinished: { readonly [K in WorkKind]?: (path: string) => string } = {
  import: (path) => `shiliu import ${quoted(path)}`,
  train: () => 'shiliu train --resume',
  propose: () => 'shiliu propose --resume',
}

const goOn = ({ kind, path }: { kind: WorkKind; path: string }) => unfinished[kind]?.(path) ?? null

const remedies: Remedies = {
  'audit.leftOut': ({ round }) => `shiliu rounds use ${round}`,
  'audit.locked': () => 'shiliu audit start --min-score X',
  'audit.none': () => 'shiliu audit start',
  'audit.open': () => 'shiliu audit answer',
  'export.int8Differs': () => 'shiliu export FOLDER',
  'export.int8TooFew': () => 'shiliu export FOLDER',
  'export.needsPair': () => '--text-b COLUMN',
  'files.outside': () => '--root FOLDER',
  'import.brokenQuote': () => '--no-quotes',
  'import.encodingUnknown': () => '--encoding NAME',
  'import.encodingWrong': () => '--encoding NAME',
  'import.noRows': () => '--no-header',
  'import.noTextColumn': () => '--text COLUMN',
  'import.undecodable': () => '--skip-undecodable',
  'job.died': goOn,
  'job.stopped': goOn,
  'memory.notEnough': () => '--anyway',
  'model.nameTaken': () => '--name NAME',
  'model.unknownName': () => 'shiliu model list',
  'predict.noOut': () => '--out FILE',
  'project.notFound': () => 'shiliu new FILE',
  'project.which': () => '--project FILE',
  'review.noProposals': () => 'shiliu propose',
  'round.confirmDiscard': () => '--yes',
  'round.inUse': () => 'shiliu rounds use N',
  'round.none': () => 'shiliu train',
  'task.emptyClass': () => 'shiliu label',
  'task.none': () => 'shiliu task set FILE',
  'train.noTexts': () => 'shiliu import FILE',
}

const labels = {
  en: {
    command: (typed: string) => ` Command: ${typed}`,
    option: (typed: string) => ` Option: ${typed}`,
  },
  zh: { command: (typed: string) => `命令：${typed}`, option: (typed: string) => `选项：${typed}` },
}

/** The sentence of the catalogue, and the command or option that does what it says. */
export function sentenceWithRemedy(record: ErrorRecord, language: Language): string {
  const text = sentence(record, language)
  const remedy = Object.hasOwn(remedies, record.code) ? remedies[record.code as ErrorCode] : null
  const typed = (remedy as ((details: unknown) => string | null) | null)?.(record.details) ?? null
  if (typed === null) return text
  return text + labels[language][typed.startsWith('--') ? 'option' : 'command'](typed)
}

/** A path as it can be typed again. */
function quoted(path: string): string {
  return /[\s'"\\$`&|;<>()*?!#~[\]{}]/.test(path) ? `'${path.replaceAll("'", `'\\''`)}'` : path
}
