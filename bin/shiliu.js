#!/usr/bin/env node
// Plain JavaScript, so that an old Node gets a sentence instead of a crash: below 22.18 Node does not
// run TypeScript, and SQLite's binding dies without a word. The Node that is installed with the
// program is used then.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  const { main } = await import('../main/cli.ts')
  await main(process.argv.slice(2))
} else {
  runWithOwnNode()
}

function runWithOwnNode() {
  const self = fileURLToPath(import.meta.url)
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const own = join(dirname(self), '..', 'node_modules', 'node', 'bin', name)
  if (!existsSync(own)) {
    console.error(
      `Shiliu needs Node 22.18 or newer, this is ${process.version}. Run "npm ci" in the program's ` +
        `folder, which brings a Node of its own.\n` +
        `石榴需要 Node 22.18 或更新版本，当前为 ${process.version}。请在程序文件夹中运行 "npm ci"。`,
    )
    process.exit(1)
  }
  const child = spawn(own, [self, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both; the child stops in its own time and says so.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const codes = { SIGINT: 130, SIGTERM: 143 }
  child.on('exit', (code, signal) => process.exit(code ?? codes[signal] ?? 1))
}
