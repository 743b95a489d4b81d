import type { Command } from 'commander'
import { defaultRoot, openWindow, serve } from '../serve.ts'
import { wholeNumber } from './numbers.ts'
import type { Shell } from './shell.ts'

interface Options {
  readonly port: number
  readonly root: string
  readonly open: boolean
}

export function serveCommand(program: Command, shell: Shell): void {
  program
    .command('serve')
    .description('show the interface in a browser on this machine')
    .option('--port <n>', 'port on 127.0.0.1 (default: any free one)', wholeNumber, 0)
    .option('--root <folder>', 'files are listed, read and written below it', defaultRoot)
    .option('--no-open', 'print the address only')
    .addHelpText(
      'after',
      '\nExample, on a machine reached over SSH:\n  $ shiliu serve --port 4816 --no-open\n' +
        '  and at home: ssh -L 4816:127.0.0.1:4816 thatmachine',
    )
    .action((options: Options) => shell.guard(() => show(shell, options)))
}

async function show(shell: Shell, { port, root, open }: Options): Promise<void> {
  const serving = await serve({ port, root })
  const address = serving.invite()
  const isOpen = open && openWindow(address)
  process.stdout.write(`Shiliu: ${isOpen ? 'opened' : 'open this address'} ${address}\n`)
  process.stdout.write('Ctrl-C ends it; what runs keeps its checkpoint.\n')
  await shell.untilStopped()
  await serving.close()
}
