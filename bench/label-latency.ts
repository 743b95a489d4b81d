import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { serve } from '../main/serve.ts'

/**
 * How long it takes from a key to the next text on the screen, in a real Chromium over a project of
 * 100,000 rows. Prints p50, p95 and p99 in milliseconds.
 *
 * npm run build && node bench/label-latency.ts [rows] [keys]; CHROMIUM says where the browser is.
 */

const rows = Number(process.argv[2] ?? 100_000)
const presses = Number(process.argv[3] ?? 300)
const classes = Array.from({ length: 12 }, (_, i) => `类别${i + 1}`)

const folder = mkdtempSync(join(tmpdir(), 'shiliu-latency-'))
mkdirSync(join(folder, 'settings'))
process.env.SHILIU_SETTINGS = join(folder, 'settings')
const serving = await serve({ port: 0, root: folder })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  await fillProject()
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(300_000)
  await page.goto(`${serving.invite()}#/label`)
  await page.locator('.stage .read').waitFor()
  await watchKeys(page)
  for (let i = 0; i < presses; i++) await pressNext(page, i)
  const times = await page.evaluate(() => window.times)
  report(times.toSorted((x, y) => x - y))
} finally {
  await browser.close()
  await serving.close()
  rmSync(folder, { recursive: true, force: true })
}

declare global {
  interface Window {
    /** Milliseconds from each key to the first frame with another text. */
    times: number[]
  }
}

async function fillProject(): Promise<void> {
  const { app } = serving
  const path = join(folder, 'texts.csv')
  const lines = Array.from({ length: rows }, (_, i) => {
    return `${i},第 ${i} 条：${(i * 7919) % 100_003} 号订单的包裹三天前就签收了，退款到现在也没有到账。`
  })
  writeFileSync(path, `id,text\n${lines.join('\n')}\n`)
  await app.call('project.create', { path: join(folder, 'p.shiliu') })
  const { plan } = await app.call('data.preview', { path })
  const { job } = await app.call('data.import', { path, plan })
  await app.call('jobs.wait', { job })
  await app.call('task.set', {
    classes: classes.map((name) => ({ name })),
    patterns: ['{a}[MASK]'],
    groups: [{ name: '甲', words: Object.fromEntries(classes.map((name) => [name, '好'])) }],
  })
}

/** Times each key from the moment of its event to the end of the frame in which the text is new. */
async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.times = []
    const front = () => document.querySelector('.stage .read')?.textContent
    const frame = new MessageChannel()
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        const before = front()
        const onFrame = () => {
          if (front() === before) requestAnimationFrame(onFrame)
          else {
            frame.port1.onmessage = () => window.times.push(performance.now() - timeStamp)
            frame.port2.postMessage(null)
          }
        }
        requestAnimationFrame(onFrame)
      },
      { capture: true },
    )
  })
}

/** Presses a key, the classes in turn, and waits until it was measured. */
async function pressNext(page: Page, done: number): Promise<void> {
  await page.keyboard.press('123456789qwe'[done % 12]!)
  await page.waitForFunction((n) => window.times.length > n, done)
  const more = page.getByRole('button', { name: /Label more|继续标注/ })
  if (done === 16 * classes.length - 1) await more.click()
}

function report(sorted: readonly number[]): void {
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!.toFixed(1)
  console.log(`${rows} rows, ${sorted.length} keys, milliseconds from key to next text:`)
  console.log(`p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}`)
}
