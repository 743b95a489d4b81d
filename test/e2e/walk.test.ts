import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import type { Locator, Page } from 'playwright-core'
import type { ProjectInfo } from '../../core/records.ts'
import { noBrowser, openPage } from './browser-shell.ts'
import { startProgram } from './program.ts'
import { ask, root, tempFolder } from './shiliu.ts'
import { accessibilityViolations, inTheme } from './window.ts'

const options = { skip: noBrowser }
/** Every screen in both languages and both themes, to be looked at. */
const shots = join(root, 'out/shots')

const classes = ['水果', '酒店'] as const
type Topic = (typeof classes)[number]

/** 320 remarks on two topics that anyone can tell apart; one sign is only in GB18030. */
function remarks(): { id: string; text: string; topic: Topic }[] {
  const of: Record<Topic, readonly (readonly string[])[]> = {
    水果: [
      ['苹果', '香蕉', '葡萄', '西瓜', '橙子', '草莓', '桃子', '梨'],
      ['有㐂人的香味', '很甜', '有点酸', '水分足', '不太新鲜', '个头小', '熟透了', '皮厚'],
      ['切开就吃了', '给孩子带了一袋', '冰一下更好'],
    ],
    酒店: [
      ['房间', '前台', '大堂', '客房', '床', '浴室', '早餐厅', '走廊'],
      ['很干净', '有点吵', '服务周到', '不太隔音', '面积小', '刚装修过', '灯暗', '住着安心'],
      ['退房也快', '下次出差还住', '离车站不远'],
    ],
  }
  const rows = classes.flatMap((topic) => {
    const [subjects, qualities, ends] = of[topic] as readonly string[][]
    return subjects!.flatMap((subject) =>
      qualities!.flatMap((quality) =>
        ends!.map((end) => ({ text: `${subject}${quality}，${end}。`, topic })),
      ),
    )
  })
  return rows.map((row, i) => ({ id: `r${(i * 131) % rows.length}`, ...row }))
}

const topicOf = new Map(remarks().map(({ text, topic }) => [text, topic]))

/** The key that the analyst presses for a text: that of its topic. */
const keyFor = (text: string) => String(classes.indexOf(topicOf.get(text.trim())!) + 1)

async function goTo(page: Page, screen: string): Promise<void> {
  await page.evaluate((name) => (location.hash = `#/${name}`), screen)
  await page.locator('.toolbar h1').waitFor()
}

/** Types into what has the focus: names of keys are pressed, all else is written. */
async function type(page: Page, ...steps: string[]): Promise<void> {
  for (const step of steps) {
    if (/^[A-Z]\w+/.test(step)) await page.keyboard.press(step)
    else await page.keyboard.insertText(step)
  }
}

/** Keeps a screen in both languages and both themes, and asks axe about each. */
async function shoot(page: Page, name: string): Promise<void> {
  const language = page.locator('.titlebar button', { hasText: /^(EN|中)$/ })
  for (const at of ['zh', 'en']) {
    for (const theme of ['light', 'dark'] as const) {
      await inTheme(page, theme)
      await page.screenshot({ path: join(shots, `${name}.${at}.${theme}.png`) })
      assert.deepEqual(await accessibilityViolations(page), [], `${name} ${at} ${theme}`)
    }
    await language.click()
  }
  await inTheme(page, 'light')
}

/** The step at which the running training stands, once it stands beyond another. */
async function stepBeyond(page: Page, step: number): Promise<number> {
  const found = await page.waitForFunction((least) => {
    const text = document.querySelector('.job')?.textContent ?? ''
    const now = Number(/第 ([\d,]+) \/ [\d,]+ 步/.exec(text)?.[1]?.replaceAll(',', ''))
    return now > least ? now : null
  }, step)
  return (await found.jsonValue())!
}

const front = (page: Page): Locator => page.locator('.stage .read').first()

/** Labels texts with one key each, and says how many keys it took. */
async function label(page: Page, texts: number): Promise<void> {
  for (let i = 0; i < texts; i++) {
    const text = await front(page).innerText()
    await page.keyboard.press(keyFor(text))
    await page.waitForFunction(
      (before) => document.querySelector<HTMLElement>('.stage .read')?.innerText !== before,
      text,
    )
  }
}

/** How many labels the file has, as another program reads it. */
async function labelsOf(folder: string): Promise<{ train: number; heldOut: number }> {
  const { labels } = await ask<ProjectInfo>(['status', '--project', '点评.shiliu'], folder)
  const sum = (of: 'train' | 'heldOut') => labels.classes.reduce((all, c) => all + c[of], 0)
  return { train: sum('train'), heldOut: sum('heldOut') }
}

test(
  'from a GB18030 file to a model that answers by itself, over a reload and a kill of main',
  options,
  async (t) => {
    mkdirSync(shots, { recursive: true })
    const folder = tempFolder(t)
    process.env.SHILIU_SETTINGS = join(folder, 'settings')
    mkdirSync(process.env.SHILIU_SETTINGS)
    const csv = remarks().map(({ id, text }) => `${id},"${text}"`)
    writeFileSync(
      join(folder, '点评.csv'),
      iconv.encode(`编号,内容\n${csv.join('\n')}\n`, 'gb18030'),
    )

    const first = await startProgram(t, folder)
    const { page, complaints } = await openPage(t, first.address, 'zh')
    await page.getByRole('button', { name: '新建项目' }).waitFor()
    await shoot(page, 'home-first')
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('点评')
    await page.keyboard.press('Enter')
    await page.locator('.titlebar .project', { hasText: '点评' }).waitFor()

    // Import.
    await goTo(page, 'data')
    await shoot(page, 'data-empty')
    await page.keyboard.press('Control+i')
    await dialog.getByRole('button', { name: '点评.csv' }).click()
    await page.getByRole('heading', { name: '导入预览' }).waitFor()
    const encoding = page.getByLabel('编码').locator('option:checked', { hasText: 'GB18030' })
    await encoding.waitFor({ state: 'attached' })
    await shoot(page, 'data-preview')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: '导入预览' }).waitFor({ state: 'detached' })
    await page
      .getByRole('row', { name: /苹果有㐂人的香味/ })
      .first()
      .waitFor()
    await shoot(page, 'data')

    // Two classes, three groups of words, a pattern.
    await goTo(page, 'task')
    await page.waitForFunction(() => document.activeElement?.matches('[data-row="0"]'))
    await type(page, '水果', 'Tab', '水果', 'Enter', 'ArrowLeft', '酒店', 'Tab', '酒店')
    await type(page, 'Alt+g', '相关', 'Enter', '苹果', 'Enter', '房间')
    await type(page, 'Alt+g', '场景', 'Enter', '新鲜', 'Enter', '宾馆')
    await page.getByRole('textbox', { name: '句式 1' }).focus()
    await type(page, '这是一条关于[MASK]的评价。{a}')
    await page.getByText('已存盘').first().waitFor()
    await page.getByRole('region', { name: '未训练时的回答' }).getByRole('row').nth(2).waitFor()
    await shoot(page, 'task')

    // The held-out texts, then 32 to train on: one key each.
    await goTo(page, 'label')
    const heldOut = page.getByRole('radio', { name: /^留出 / })
    await heldOut.click()
    await page.locator('.meta', { hasText: '留出' }).waitFor()
    const size = Number(/\/ (\d+)/.exec(await heldOut.innerText())![1])
    await label(page, size)
    await page.getByRole('radio', { name: /^训练/ }).click()
    await front(page).waitFor()
    await label(page, 32)
    await page.keyboard.press('u')
    await page.keyboard.press('u')
    await page.keyboard.press('Shift+U')
    await shoot(page, 'label')
    await label(page, 1)
    assert.deepEqual(await labelsOf(folder), { train: 32, heldOut: size })

    // Training, watched over a reload; then main is killed, and the run goes on in another one.
    await goTo(page, 'train')
    await page.getByRole('textbox', { name: '步数' }).fill('80')
    await shoot(page, 'train-first')
    await page.keyboard.press('Control+Enter')
    const before = await stepBeyond(page, 2)
    await page.reload()
    await stepBeyond(page, before)
    await shoot(page, 'train-running')
    await stepBeyond(page, 51)
    await first.kill()
    await page.getByText('与程序的连接断开').waitFor()
    await page.goto('about:blank')
    assert.deepEqual(
      complaints.filter((complaint) => !complaint.includes('net::ERR_')),
      [],
    )
    complaints.length = 0
    assert.deepEqual(await labelsOf(folder), { train: 32, heldOut: size })

    const second = await startProgram(t, folder)
    await page.goto(second.address)
    await page.getByRole('row', { name: /点评/ }).dblclick()
    await page.getByText(/运行 1 被中断，检查点在第 50 步，没有丢失。/).waitFor()
    await shoot(page, 'train-interrupted')
    await page.locator('.titlebar .project').click()
    await page.getByRole('button', { name: '继续训练' }).waitFor()
    await shoot(page, 'home-interrupted')
    await page.getByRole('button', { name: '继续训练' }).click()
    await stepBeyond(page, 50)
    await goTo(page, 'label')
    await page.getByRole('radio', { name: `留出 ${size} / ${size}` }).waitFor()
    await goTo(page, 'train')
    await page.getByRole('row', { name: /运行 1.*完成/ }).waitFor()
    const figure = page.getByRole('region', { name: '留出集准确率' })
    await figure.getByText(/^\d+\.\d%$/).waitFor()
    await shoot(page, 'train')

    // Review: one by one, then an audit at 70 % and the rest at once.
    await goTo(page, 'review')
    await shoot(page, 'review-empty')
    await page.keyboard.press('Control+Enter')
    await dialog.getByLabel('每类至少').fill('60')
    await page.keyboard.press('Control+Enter')
    await page.getByText('120 / 120 条').waitFor()
    await shoot(page, 'review')
    await page.keyboard.press('a')
    await page.getByText('119 / 119 条').waitFor()
    await page.getByLabel('门槛', { exact: true }).fill('70')
    await page.getByRole('radio', { name: '60' }).click()
    await page.getByRole('region', { name: '文本', exact: true }).click()
    await page.keyboard.press('Shift+A')
    for (let at = 1; at <= 60; at++) {
      await page.getByText(`审核，第 ${at} / 60 条`).waitFor()
      if (at === 30) await shoot(page, 'review-audit')
      const text = await page.getByRole('region', { name: '文本', exact: true }).innerText()
      await page.keyboard.press(keyFor(text))
    }
    await page.getByText('通过', { exact: true }).waitFor()
    await shoot(page, 'review-passed')
    await page.keyboard.press('Control+Enter')
    await page.getByText('已批量批准 59 条').waitFor()
    await shoot(page, 'review-done')

    // The second round learns from them.
    await goTo(page, 'train')
    await page.getByText('批量批准的提案').waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('row', { name: /运行 2.*完成/ }).waitFor()
    await goTo(page, 'rounds')
    await page.getByText(/第 2 轮(有帮助|没有帮助|与第 1 轮未见差别)/).waitFor()
    await shoot(page, 'rounds')

    // What was exported answers by itself.
    await goTo(page, 'export')
    await shoot(page, 'export-first')
    await page.keyboard.press('Control+Enter')
    await dialog.getByRole('textbox').fill('模型')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '上次导出' }).waitFor()
    await page.getByRole('row', { name: /onnxruntime-node.*一致/ }).waitFor()
    await shoot(page, 'export')
    assert.deepEqual(complaints, [])
    const texts = ['西瓜水分足，冰一下更好。', '前台服务周到，下次出差还住。']
    for (const text of texts) {
      const { rows } = await ask<{ rows: { label: string }[] }>(['predict', '模型', text], folder)
      assert.equal(rows[0]!.label, topicOf.get(text))
    }
  },
)
