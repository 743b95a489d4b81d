import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'

export const root = resolve(import.meta.dirname, '../..')
const launcher = join(root, 'bin/shiliu.js')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command of the real command line, over the real services, store and compute process. */
export function start(
  args: readonly string[],
  cwd: string,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [launcher, ...args], { cwd })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()))
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()))
  const ended = new Promise<Ended>((done) =>
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr })),
  )
  return { child, ended }
}

export function shiliu(args: readonly string[], cwd: string): Promise<Ended> {
  return start(args, cwd).ended
}

/** Runs a command that must succeed, with `--json`, and gives its result. */
export async function ask<T>(args: readonly string[], cwd: string): Promise<T> {
  const { code, stdout, stderr } = await shiliu([...args, '--json'], cwd)
  if (code !== 0) throw new Error(`shiliu ${args.join(' ')}: ${code}\n${stderr}`)
  return JSON.parse(stdout) as T
}

export function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'shiliu-e2e-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
