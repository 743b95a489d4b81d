import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const file = readFileSync(new URL('../../../renderer/ui/tokens.css', import.meta.url), 'utf8')
const themes = ['light', 'dark'] as const
type Theme = (typeof themes)[number]
type Rgb = readonly [number, number, number]

/** What WCAG 2.2 asks for: 4.5 of text, 3 of edges and marks. */
const least: Readonly<Record<string, number>> = {
  'ink / surface': 4.5,
  'ink / chrome': 4.5,
  'ink / fill-2': 4.5,
  'ink-2 / surface': 4.5,
  'ink-2 / chrome': 4.5,
  'ink-2 / fill-2': 4.5,
  'ink-3 / surface': 4.5,
  'ink-3 / chrome': 4.5,
  'ink-3 / fill-2': 4.5,
  'accent-ink / surface': 4.5,
  'accent-ink / accent-bg': 4.5,
  'good / surface': 4.5,
  'good / good-bg': 4.5,
  'warn / surface': 4.5,
  'warn / warn-bg': 4.5,
  'bad / surface': 4.5,
  'bad / bad-bg': 4.5,
  'info / surface': 4.5,
  'info / info-bg': 4.5,
  'white / accent': 4.5,
  'ink / thumb': 4.5,
  'on-inverse / inverse': 4.5,
  'accent / surface': 3,
  'control / surface': 3,
  'control / chrome': 3,
  'control / raised': 3,
}

const root = /:root \{(.*?)\n\}/s.exec(file)![1]!.replaceAll(/\/\*.*?\*\//gs, '')
const tokens = new Map(
  [...root.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!.trim()]),
)

function colour(name: string, theme: Theme): Rgb {
  if (name === 'white') return [255, 255, 255]
  const value = tokens.get(name)
  assert.ok(value !== undefined, `--${name} is defined`)
  return colourOf(value, theme)
}

function colourOf(value: string, theme: Theme): Rgb {
  const pair = /^light-dark\((#\w+|\w+\([^()]*\)), *(#\w+|\w+\([^()]*\))\)$/.exec(value)
  if (pair) return colourOf(pair[theme === 'light' ? 1 : 2]!, theme)
  const name = /^var\(--([\w-]+)\)$/.exec(value)?.[1]
  if (name !== undefined) return colour(name, theme)
  const oklch = /^oklch\(([\d.]+)(%?) ([\d.]+) ([\d.]+)(?:deg)?\)$/.exec(value)
  if (oklch)
    return ofOklch(Number(oklch[1]) / (oklch[2] ? 100 : 1), Number(oklch[3]), Number(oklch[4]))
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(value)?.[1]
  assert.ok(digits !== undefined, `${value} is a colour`)
  const long = digits.length === 3 ? digits.replaceAll(/./g, '$&$&') : digits
  const number = Number.parseInt(long, 16)
  return [number >> 16, (number >> 8) & 255, number & 255]
}

/** As CSS Color 4 has it; what sRGB does not have is cut off. */
function ofOklch(lightness: number, chroma: number, hue: number): Rgb {
  const angle = (hue * Math.PI) / 180
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)]
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function encoded(linear: number): number {
  const x = Math.min(1, Math.max(0, linear))
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055))
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const x = channel / 255
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(one: string, other: string, theme: Theme): number {
  const [low, high] = [colour(one, theme), colour(other, theme)]
    .map(luminance)
    .sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

test('known contrasts come out as they are known', () => {
  tokens.set('black', '#000').set('grey', '#767676').set('red', 'oklch(62.8% 0.25768 29.234)')
  assert.equal(contrast('white', 'black', 'light'), 21)
  assert.equal(contrast('grey', 'white', 'dark').toFixed(2), '4.54')
  assert.deepEqual(colour('red', 'light'), [255, 0, 0])
})

test('text, edges and marks can be told from what is behind them, in both themes', () => {
  for (const [pair, wanted] of Object.entries(least)) {
    const [one, other] = pair.split(' / ')
    for (const theme of themes) {
      const found = contrast(one!, other!, theme)
      assert.ok(found >= wanted, `${pair}, ${theme}: ${found.toFixed(2)}, least ${wanted}`)
    }
  }
})

test('every class can be told from the surface, and its key from the class', () => {
  for (const theme of themes) {
    for (let n = 1; n <= 12; n++) {
      const mark = contrast(`c${n}`, 'surface', theme)
      assert.ok(mark >= 3, `class ${n}, ${theme}: ${mark.toFixed(2)}`)
      const key = contrast(`c${n}-on`, `c${n}`, theme)
      assert.ok(key >= 4.5, `key of class ${n}, ${theme}: ${key.toFixed(2)}`)
    }
  }
})

test('the figures that tokens.css gives are those of its colours', () => {
  const pairs = [...file.matchAll(/^ +([\w-]+ \/ [\w-]+) +([\d.]+) +([\d.]+) +([\d.]+)$/gm)]
  assert.deepEqual(
    Object.fromEntries(pairs.map(([, pair, , , wanted]) => [pair, Number(wanted)])),
    least,
  )
  const given = pairs.map(([, pair, light, dark]) => [pair, light, dark])
  const found = pairs.map(([, pair]) => {
    const [one, other] = pair!.split(' / ')
    return [pair, ...themes.map((theme) => contrast(one!, other!, theme).toFixed(2))]
  })
  assert.deepEqual(given, found)

  const figures = /--c(\d+)-on: .*?\/\* \w+ +([\d.]+) +([\d.]+) \| +([\d.]+) +([\d.]+) \*\//g
  const classes = [...file.matchAll(figures)].map(([, n, ...rest]) => [n, ...rest])
  assert.equal(classes.length, 12)
  assert.deepEqual(
    classes,
    classes.map(([n]) => [
      n,
      ...themes.flatMap((theme) => [
        contrast(`c${n}`, 'surface', theme).toFixed(2),
        contrast(`c${n}-on`, `c${n}`, theme).toFixed(2),
      ]),
    ]),
  )
})
