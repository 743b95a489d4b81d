import { spawnSync, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { tinyModelFolder, tinyTask } from '../fixtures/tiny-model.ts'
import { ask, root } from './shiliu.ts'

const sample = join(root, 'resources/sample/texts.csv')

/** A base model that trains within seconds. */
export const base = await tinyModelFolder()

/** The task of the tiny model, with classes and words by name, as people write it. */
const task = {
  classes: [{ name: '满意' }, { name: '不满' }],
  patterns: tinyTask.patterns,
  groups: [
    { name: '满意', words: { 满意: '满意', 不满: '失望' } },
    { name: '喜欢', words: { 满意: '喜欢', 不满: '讨厌' } },
  ],
}

/** A project with the sample imported, a task and 32 labels. */
export async function labelledProject(folder: string): Promise<string> {
  writeFileSync(join(folder, 'task.json'), JSON.stringify(task))
  await ask(['new', 'p.shiliu'], folder)
  await ask(['import', sample, '--text', 'text', '--id', 'id'], folder)
  await ask(['task', 'set', 'task.json', '--base', base], folder)
  await ask(['label', '--from-column', 'label', '--per-class', '16', '--seed', '1'], folder)
  return join(folder, 'p.shiliu')
}

/** The compute processes of a command, as soon as there are any; a killed one is not among them. */
export async function workersOf(child: ChildProcess): Promise<number[]> {
  for (let tries = 0; tries < 1200; tries++) {
    const args = ['-o', 'pid=,stat=', '--ppid', String(child.pid)]
    const { stdout } = spawnSync('ps', args, { encoding: 'utf8' })
    const lines = stdout.split('\n').filter((line) => line !== '' && !/Z/.test(line))
    if (lines.length > 0) return lines.map((line) => Number.parseInt(line))
    await setTimeout(25)
  }
  throw new Error('no compute process was started')
}
