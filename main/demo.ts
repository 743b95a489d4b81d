import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TaskDefinition } from '../core/contract.ts'
import { sentence, toRecord } from '../core/errors.ts'
import { note, systemLanguage } from './cli/shell.ts'
import { walkLoop } from './loop.ts'
import { showLoop } from './show-loop.ts'

/** `npm run demo [-- FOLDER]`: the whole job on the sample project, with the default model. */

const root = resolve(import.meta.dirname, '..')
const sample = join(root, 'resources/sample')
const unseen = [
  '新开的面馆汤太咸，等了四十分钟，店员还爱理不理，太失望了。',
  '师傅准时上门，十分钟就修好了，收费也公道，很满意。',
  '说是静音风扇，晚上吵得睡不着，后悔买它。',
]

try {
  const task = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')) as TaskDefinition
  const outcome = await walkLoop(
    {
      file: join(sample, 'texts.csv'),
      text: 'text',
      id: 'id',
      label: 'label',
      task,
      seed: 16,
      shots: 16,
      heldOut: 100,
      rule: { share: 0.4, minimum: 30, unanimous: true },
      audit: { threshold: 0.7, size: 60 },
      unseen,
    },
    resolve(process.argv[2] ?? join(root, 'demo-out')),
  )
  console.log(showLoop(outcome, unseen))
} catch (error) {
  note(sentence(toRecord(error), systemLanguage()))
  process.exitCode = 1
}
