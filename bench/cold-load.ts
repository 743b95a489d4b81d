import { launchBrowser, quantiles, withServing } from './window.ts'

/** Quartiles over the loads, in milliseconds since the navigation began. */
export interface Quartiles {
  readonly lower: number
  readonly median: number
  readonly upper: number
}

export interface ColdLoads {
  readonly chromium: string
  readonly loads: number
  readonly firstPaint: Quartiles
  readonly firstContentfulPaint: Quartiles
}

/** Opens the first page again and again, each time in a new browser with a new profile. */
export function coldLoads(loads: number): Promise<ColdLoads> {
  return withServing(async (serving) => {
    const paints: Paint[] = []
    let chromium = ''
    for (let i = 0; i < loads; i++) {
      const browser = await launchBrowser()
      chromium = browser.version()
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      await page.goto(serving.invite())
      paints.push(await page.evaluate(paint))
      await browser.close()
    }
    const firstPaint = quartiles(paints.map(({ first }) => first))
    const firstContentfulPaint = quartiles(paints.map(({ contentful }) => contentful))
    return { chromium, loads, firstPaint, firstContentfulPaint }
  })
}

interface Paint {
  readonly first: number
  readonly contentful: number
}

/** Runs in the page. */
function paint(): Promise<Paint> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const at = (name: string) => list.getEntriesByName(name)[0]?.startTime
      const contentful = at('first-contentful-paint')
      if (contentful !== undefined) resolve({ first: at('first-paint') ?? contentful, contentful })
    }).observe({ type: 'paint', buffered: true })
  })
}

function quartiles(values: readonly number[]): Quartiles {
  const [lower, median, upper] = quantiles(values, [0.25, 0.5, 0.75])
  return { lower, median, upper }
}
