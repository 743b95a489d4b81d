import { Option, type Command } from 'commander'
import { deviceNames, type DeviceReport } from '../../core/devices.ts'
import { precisions } from '../../core/step-options.ts'
import { toRecord } from '../../core/errors.ts'
import type { App } from '../app.ts'
import { withCommon, type Common, type Shell } from './shell.ts'
import { table } from './table.ts'

interface Options extends Common {
  readonly measure?: boolean
}

interface Row extends DeviceReport {
  /** Of a step of the project's next training; null where it was not measured. */
  readonly milliseconds: number | null
}

/** `--device`, as the commands that compute know it. */
export function deviceOption(): Option {
  return new Option('--device <device>', 'what to compute on: see shiliu devices').choices(
    deviceNames,
  )
}

/** `--precision`, as the commands that train know it. */
export function precisionOption(): Option {
  return new Option('--precision <name>', 'of matrix products').choices(precisions)
}

export function devicesCommand(program: Command, shell: Shell): void {
  withCommon(program.command('devices'))
    .description('try what can be computed on, and say what is offered and why the rest is not')
    .option('--measure', "also time a step of the project's next training on each")
    .addHelpText('after', '\nExample:\n  $ shiliu devices --measure --project reviews.shiliu')
    .action((options: Options) =>
      shell.perform(options, {
        project: options.measure ? 'read' : 'none',
        work: (app) => look(app, options),
        show: (rows) => show(shell, rows),
      }),
    )
}

/** One after the other: two that are timed at once would slow each other down. */
async function look(app: App, { measure }: Options): Promise<Row[]> {
  const rows: Row[] = []
  for (const report of await app.call('devices.list', {})) {
    const offered = measure && report.fault === null
    rows.push(offered ? await measured(app, report) : { ...report, milliseconds: null })
  }
  return rows
}

async function measured(app: App, report: DeviceReport): Promise<Row> {
  try {
    const { milliseconds } = await app.call('devices.measure', { device: report.device })
    return { ...report, milliseconds }
  } catch (error) {
    const fault = toRecord(error)
    if (!fault.code.startsWith('device.')) throw error
    return { ...report, fault, milliseconds: null }
  }
}

function show(shell: Shell, rows: readonly Row[]): string {
  const words = shell.words.devices
  const cells = rows.map(({ device, name, memory, fault, noFloat16, milliseconds }) => [
    fault ? words.no : words.yes,
    device,
    name ?? '',
    memory ? words.free(gigabytes(memory.free), gigabytes(memory.total)) : '',
    fault ? '' : noFloat16 ? words.single : words.half,
    milliseconds === null ? '' : words.step(milliseconds.toFixed(milliseconds < 100 ? 1 : 0)),
  ])
  const reasons = rows.flatMap(({ fault, noFloat16 }) => fault ?? noFloat16 ?? [])
  return [table(cells), '', ...reasons.map((reason) => shell.sentence(reason))].join('\n').trim()
}

const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1)
