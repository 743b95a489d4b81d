import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeApp, importTexts } from './fake-app.ts'

test('a class that is renamed keeps its id and labels, also when a new one takes its old name', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 60)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  const { task } = (await app.call('task.get', {}))!
  const [good, bad] = task.classes
  const { task: renamed } = await app.call('task.set', {
    ...task,
    classes: [{ name: '好评' }, { ...good!, name: '满意' }, bad!],
  })
  assert.deepEqual(
    renamed.classes.map(({ id, name }) => [id === good!.id, name]),
    [
      [false, '好评'],
      [true, '满意'],
      [false, '差评'],
    ],
  )
  const { classes } = await app.call('label.summary', {})
  assert.equal(classes.find((count) => count.class === good!.id)?.train, 4)
})

test('a class that went with its name finds its labels again when it comes back', async (t) => {
  const { app } = await fakeApp(t)
  const { task } = (await app.call('task.get', {}))!
  const [good] = task.classes
  const fewer = { ...task, classes: [good!], groups: [] }
  await app.call('task.set', fewer)
  const { task: again } = await app.call('task.set', {
    ...fewer,
    classes: [good!, { name: '差评' }],
  })
  assert.deepEqual(again.classes, task.classes)
})
