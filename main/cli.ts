import { realpathSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { auditCommand } from './cli/audit.ts'
import { devicesCommand } from './cli/devices.ts'
import { doctorCommand } from './cli/doctor.ts'
import { evaluateCommand } from './cli/evaluate.ts'
import { exportCommand } from './cli/export.ts'
import { importCommand } from './cli/import.ts'
import { labelCommand } from './cli/label.ts'
import { modelCommand } from './cli/model.ts'
import { newCommand } from './cli/new.ts'
import { predictCommand } from './cli/predict.ts'
import { pretrainCommand } from './cli/pretrain.ts'
import { printable } from './cli/printable.ts'
import { proposeCommand } from './cli/propose.ts'
import { reviewCommand } from './cli/review.ts'
import { roundsCommand } from './cli/rounds.ts'
import { serveCommand } from './cli/serve.ts'
import { Shell } from './cli/shell.ts'
import { statusCommand } from './cli/status.ts'
import { taskCommand } from './cli/task.ts'
import { trainCommand } from './cli/train.ts'

const commands = [
  newCommand,
  importCommand,
  taskCommand,
  labelCommand,
  trainCommand,
  proposeCommand,
  reviewCommand,
  auditCommand,
  roundsCommand,
  exportCommand,
  predictCommand,
  evaluateCommand,
  pretrainCommand,
  modelCommand,
  serveCommand,
  statusCommand,
  devicesCommand,
  doctorCommand,
]

const examples = `
Examples:
  $ shiliu new reviews.shiliu
  $ shiliu import reviews.csv --text content --id id
  $ shiliu task set task.json
  $ shiliu label                                   one text after the other, in the terminal
  $ shiliu label --from-column category --per-class 16 --seed 1
  $ shiliu train
  $ shiliu propose && shiliu review --min-score 0.9
  $ shiliu audit start && shiliu audit answer && shiliu audit accept
  $ shiliu rounds
  $ shiliu export ./my-model && shiliu predict ./my-model "很好用，推荐"

The project is the only .shiliu file of the current folder, unless --project or SHILIU_PROJECT says
otherwise. Exit codes: 0 done, 1 failed, 2 wrong usage or input, 130 stopped by Ctrl-C, 143 by SIGTERM.`

/** Every command with its options; their work goes through the shell. */
export function commandLine(shell: Shell): Command {
  const program = new Command('shiliu')
    .description('Few-shot text classification: label little, train here, review, export.')
    .version('0.1.0')
    .showHelpAfterError('Add --help for what can be given.')
    .configureOutput({ outputError: (text, write) => write(printable(text)) })
    .addHelpText('after', examples)
  for (const add of commands) add(program, shell)
  overrideExit(program)
  return program
}

/** The command line. Ends the process with the exit code of what it did. */
export async function main(args: readonly string[]): Promise<void> {
  const shell = new Shell()
  const program = commandLine(shell)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    shell.exitCode = error.exitCode === 0 ? 0 : 2
  }
  process.exitCode = shell.exitCode
}

if (isEntry()) await main(process.argv.slice(2))

/** Whether Node was started with this file; `bin/shiliu.js` imports it instead. */
function isEntry(): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === import.meta.filename
}

function overrideExit(command: Command): void {
  command.exitOverride()
  command.commands.forEach(overrideExit)
}
