import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { noWindow } from './interface.ts'
import { base, labelledProject } from './labelled-project.ts'
import { ask, shiliu, tempFolder } from './shiliu.ts'
import { openTrained } from './trained.ts'

const screens = ['data', 'task', 'label', 'train', 'review', 'rounds', 'export']

test(
  'complaint 11: no screen asks any other machine for anything',
  { skip: noWindow },
  async (t) => {
    const { page } = await openTrained(t, 'data', { language: 'zh' })
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).host))
    page.on('websocket', (socket) => asked.add(new URL(socket.url()).host))
    for (const screen of screens) {
      await page.evaluate((name) => (location.hash = `#/${name}`), screen)
      await page.reload()
      await page.locator('.toolbar h1').waitFor()
      await page.waitForLoadState('networkidle')
    }
    assert.deepEqual([...asked], [new URL(page.url()).host])
  },
)

test('complaint 12: Chinese headers, ids and classes come out as they went in', async (t) => {
  const folder = tempFolder(t)
  await labelledProject(folder)
  await ask(['train', '--base', base, '--steps', '2', '--batch', '4', '--max-tokens', '32'], folder)
  await ask(['export', '模型'], folder)
  const config = readFileSync(join(folder, '模型', 'config.json'), 'utf8')
  assert.match(config, /"满意"/)

  const rows = '编号,评论内容,门店\n甲一,修好了，很满意,朝阳店㐂\n'.replace('了，', '了、')
  writeFileSync(join(folder, '新的.csv'), iconv.encode(rows, 'gb18030'))
  for (const name of ['回答.csv', '回答.jsonl']) {
    const { code, stderr } = await shiliu(
      ['predict', '模型', '--file', '新的.csv', '--text', '评论内容', '--out', name],
      folder,
    )
    assert.equal(code, 0, stderr)
    const answers = readFileSync(join(folder, name), 'utf8')
    for (const kept of ['编号', '评论内容', '门店', '甲一', '修好了、很满意', '朝阳店㐂']) {
      assert.ok(answers.includes(kept), `${name} lacks ${kept}: ${answers}`)
    }
    assert.match(answers, /满意|不满/)
    assert.ok(!answers.includes('\\u'), answers)
  }
})
