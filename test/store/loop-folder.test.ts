import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openApp } from '../../main/app.ts'
import { freshLoopFolder, loopName } from '../../main/loop-folder.ts'
import { fakeApp, testHost } from './fake-app.ts'
import { tempFolder } from './temp-project.ts'

test('a folder with anything but an earlier walk is refused and left as it is', async (t) => {
  const { app } = await fakeApp(t)
  const [notes, work] = [tempFolder(t), tempFolder(t)]
  writeFileSync(join(notes, 'notes.txt'), 'mine')
  const path = join(work, 'project.shiliu')
  await app.call('project.create', { path, name: 'weeks of labels' })
  await app.call('project.close', {})
  const before = readFileSync(path)
  for (const folder of [notes, work]) {
    await assert.rejects(freshLoopFolder(app, folder), {
      code: 'project.folderTaken',
      details: { folder },
    })
  }
  assert.deepEqual([readdirSync(notes), readFileSync(path)], [['notes.txt'], before])
})

test('of a folder with an earlier walk, its project and export go and nothing else', async (t) => {
  const { app } = await fakeApp(t)
  const folder = join(tempFolder(t), 'new')
  const { project, exported } = await freshLoopFolder(app, folder)
  await app.call('project.create', { path: project, name: loopName })
  await app.call('project.close', {})
  for (const name of [exported, `${project}-work`, join(folder, 'mine')]) {
    mkdirSync(name)
    writeFileSync(join(name, 'SHA256SUMS'), '')
  }
  writeFileSync(join(folder, 'project.shiliu.csv'), '')
  await freshLoopFolder(app, folder)
  assert.deepEqual(readdirSync(folder).sort(), ['mine', 'project.shiliu.csv'])
})

test('a walk that is under way in another program is not removed', async (t) => {
  const { app } = await fakeApp(t)
  const folder = tempFolder(t)
  const { project } = await freshLoopFolder(app, folder)
  await app.call('project.create', { path: project, name: loopName })
  const other = openApp(testHost(folder))
  t.after(() => other.close())
  await assert.rejects(freshLoopFolder(other, folder), { code: 'project.inUse' })
})
