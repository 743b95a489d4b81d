import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { fail } from '../../core/errors.ts'
import type { TaskDefinition } from '../../core/contract.ts'
import type { CheckResult } from '../../core/job.ts'
import type { TaskVersion } from '../../core/records.ts'
import type { App } from '../app.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { percent, table } from './table.ts'
import type { Words } from './words.ts'

type Options = Common & { base?: string; draft?: boolean }

export function taskCommand(program: Command, shell: Shell): void {
  const task = program.command('task').description('classes, patterns and word groups')
  withCommon(task.command('show', { isDefault: true }))
    .description('show the task, with the id of every class')
    .action((options: Options) =>
      shell.perform(options, {
        project: 'read',
        work: (app) => app.call('task.get', {}),
        show: (version, words) => (version ? showTask(version, words) : words.noTask),
      }),
    )
  withCommon(task.command('set'))
    .description('set the task from a JSON file, checked against the base model')
    .argument('<file>', 'classes, patterns, groups with a word for every class, guideline')
    .option('--base <name|folder>', 'check against this base model')
    .option('--draft', 'save it although it cannot be trained yet')
    .addHelpText('after', example)
    .action((file: string, options: Options) =>
      shell.perform(options, {
        project: 'write',
        work: (app) => setTask(shell, app, definitionIn(file), options),
        show: ({ version, check }, words) =>
          `${version ? showTask(version, words) : words.notSaved}\n\n${showCheck(shell, check)}`,
      }),
    )
  withCommon(task.command('check'))
    .description('what the base model makes of the words and patterns')
    .argument('[file]', 'a task that is not saved yet')
    .option('--base <name|folder>', 'check against this base model')
    .action((file: string | undefined, options: Options) =>
      shell.perform(options, {
        project: 'read',
        work: async (app) => {
          const definition = file === undefined ? undefined : definitionIn(file)
          return { check: await checked(shell, app, definition, options.base) }
        },
        show: ({ check }) => showCheck(shell, check),
      }),
    )
}

const example = `
Example of a file:
  {"classes": [{"name": "好评"}, {"name": "差评"}],
   "patterns": ["{a}总之[MASK]。"],
   "groups": [{"name": "甲", "words": {"好评": "好", "差评": "差"}}]}
A class that keeps its name keeps its labels. To give it another name, say its id, which
"shiliu task show" prints: {"id": "c1", "name": "正面"}.`

/** A task with errors is shown with all of them, and saved as a draft only. */
async function setTask(
  shell: Shell,
  app: App,
  definition: TaskDefinition,
  { base, draft }: Options,
): Promise<{ version: TaskVersion | null; check: CheckResult }> {
  if (draft) {
    const check = await app.call('task.check', { definition, base })
    return { version: await app.call('task.set', definition), check }
  }
  const check = await checked(shell, app, definition, base)
  return { version: hasErrors(check) ? null : await app.call('task.set', definition), check }
}

/** What the base model says of a task; an error in it is wrong input. */
async function checked(
  shell: Shell,
  app: App,
  definition: TaskDefinition | undefined,
  base: string | undefined,
): Promise<CheckResult> {
  const check = await app.call('task.check', { definition, base })
  if (hasErrors(check)) shell.exitCode = 2
  return check
}

function hasErrors({ findings }: CheckResult): boolean {
  return findings.some(({ severity }) => severity === 'error')
}

function definitionIn(path: string): TaskDefinition {
  const expected = 'a JSON object with classes, patterns and groups'
  const content = readOrFail(path, expected)
  try {
    return JSON.parse(content) as TaskDefinition
  } catch {
    return fail('task.badFile', { path, expected, got: JSON.stringify(content.slice(0, 40)) })
  }
}

function readOrFail(path: string, expected: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\ufeff/, '')
  } catch {
    return fail('task.badFile', { path, expected, got: 'no readable file' })
  }
}

export function showTask({ task, guideline }: TaskVersion, words: Words): string {
  const own = task.groups.map((g) => [g.name, ...task.classes.map((c) => g.words[c.id] ?? '')])
  return [
    ...(guideline ? [guideline, ''] : []),
    ...task.patterns.map((pattern) => words.pattern(pattern)),
    '',
    table([
      [words.classColumn, ...task.classes.map((c) => c.name)],
      ['id', ...task.classes.map((c) => c.id)],
      ...own.map(([group, ...cells]) => [words.group(group!), ...cells]),
    ]),
  ].join('\n')
}

function showCheck(shell: Shell, { findings, masks, attainable }: CheckResult): string {
  const { words } = shell
  const lines = findings.map(({ severity, error }) => words[severity](shell.sentence(error)))
  return [
    words.masks(masks.join(', '), attainable.map(percent).join(', ')),
    ...(lines.length > 0 ? lines : [words.usable]),
  ].join('\n')
}
