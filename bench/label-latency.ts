import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { App } from '../main/app.ts'
import { launchBrowser, quantiles, withServing } from './window.ts'

const classes = Array.from({ length: 12 }, (_, i) => `类别${i + 1}`)

/** In milliseconds. */
export interface LabelLatency {
  readonly rows: number
  readonly keys: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** From a key to the next text on the screen, in a real Chromium over a project of many rows. */
export function labelLatency(rows: number, keys: number): Promise<LabelLatency> {
  return withServing(async (serving, folder) => {
    await fillProject(serving.app, folder, rows)
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      page.setDefaultTimeout(300_000)
      await page.goto(`${serving.invite()}#/label`)
      await page.locator('.stage .read').waitFor()
      await watchKeys(page)
      for (let i = 0; i < keys; i++) await pressNext(page, i)
      const times = await page.evaluate(() => window.times)
      const [p50, p95, p99] = quantiles(times, [0.5, 0.95, 0.99])
      return { rows, keys, p50, p95, p99 }
    } finally {
      await browser.close()
    }
  })
}

declare global {
  interface Window {
    /** Milliseconds from each key to the first frame with another text. */
    times: number[]
  }
}

async function fillProject(app: App, folder: string, rows: number): Promise<void> {
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
          const isNext = front() !== undefined && front() !== before
          if (!isNext) requestAnimationFrame(onFrame)
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

/**
 * Presses a key and waits until it was measured. The last class gets no label, so that the screen
 * never stops to say that all have enough.
 */
async function pressNext(page: Page, done: number): Promise<void> {
  await page.keyboard.press('123456789qw'[done % 11]!)
  await page.waitForFunction((n) => window.times.length > n, done)
}
