import { mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { serve, type Serving } from '../main/serve.ts'

/** Chromium as it is on the machine; CHROMIUM says where. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Works with the browser shell over an empty folder, which is removed at the end. */
export async function withServing<T>(
  work: (serving: Serving, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'shiliu-bench-'))
  mkdirSync(join(folder, 'settings'))
  process.env.SHILIU_SETTINGS = join(folder, 'settings')
  const serving = await serve({ port: 0, root: folder })
  try {
    return await work(serving, folder)
  } finally {
    await serving.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What figures of time were measured on. */
export interface Conditions {
  readonly cpus: number
  /** Over the last minute, before and after. */
  readonly loadAverage: readonly [number, number]
}

export async function underConditions<T extends object>(
  work: () => Promise<T>,
): Promise<T & Conditions> {
  const before = loadavg()[0]!
  const figures = await work()
  return { ...figures, cpus: cpus().length, loadAverage: [before, loadavg()[0]!] }
}

/** Quantiles of times in milliseconds, by nearest rank, to a tenth. */
export function quantiles(times: readonly number[], shares: readonly number[]): number[] {
  const sorted = times.toSorted((x, y) => x - y)
  return shares.map((share) => Math.round(10 * sorted[Math.ceil(share * sorted.length) - 1]!) / 10)
}
