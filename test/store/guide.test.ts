import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { Shell } from '../../main/cli/shell.ts'
import { commandLine } from '../../main/cli.ts'

/** What the guides and the README say of commands, keys and files is what there is. */

const root = resolve(import.meta.dirname, '../..')
const guides = ['docs/guide/zh.md', 'docs/guide/en.md']
const pages = [...guides, 'README.md']
const read = (path: string) => readFileSync(join(root, path), 'utf8')

for (const page of pages) {
  test(`every command in ${page} is one of the command line`, async () => {
    const found = commandsOf(read(page))
    assert.ok(found.length > 0)
    for (const command of found) await parse(command)
  })

  test(`every link of ${page} leads somewhere`, () => {
    const text = read(page)
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
    assert.ok(links.length > 0)
    for (const link of links.filter((link) => !/^[a-z]+:/.test(link))) {
      const [path, anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path!)
      assert.ok(existsSync(join(root, target)), `${page} links to ${link}`)
      if (anchor !== undefined) {
        const anchors = headingsOf(read(target)).map(({ name }) => anchorOf(name))
        assert.ok(anchors.includes(anchor), `${target} has no heading for #${anchor}`)
      }
    }
  })
}

test('both guides have the same structure', () => {
  const [zh, en] = guides.map((guide) => headingsOf(read(guide)).map(({ level }) => level))
  assert.deepEqual(zh, en)
})

test('the tables of keys say what the screens know, all of it and nothing else', () => {
  const [zh, en] = guides.map((guide) => keyTables(read(guide)))
  assert.deepEqual(zh, en)
  const screens = ['home', 'data', 'task', 'label', 'train', 'review', 'rounds', 'export']
  const classKeys = /classKeys = \[\.\.\.'(\w+)'\]/.exec(read('renderer/ui/class-mark.ts'))![1]!
  const everywhere = registered(read('renderer/frame/actions.ts'))
  for (let n = 1; n <= 7; n++) everywhere.add(`Control+${n}`)
  const known = [
    { name: 'App', listed: everywhere, handled: new Set<string>() },
    ...screens.map((name) => {
      const source = sourceOf(`renderer/screens/${name}`)
      return { name, listed: registered(source), handled: handled(source) }
    }),
  ]
  assert.equal(zh!.length, known.length)
  for (const [i, { name, listed, handled }] of known.entries()) {
    const said = zh![i]!
    const answers = name === 'label' || name === 'review' ? classKeys : []
    const all = new Set<string>([...listed, ...handled, ...answers])
    // Ctrl 1 to Ctrl 7: the ends are named.
    const missing = [...listed].filter(
      (key) => !said.includes(key) && !/^Control\+[2-6]$/.test(key),
    )
    assert.deepEqual(missing, [], `not in the table of ${name}`)
    const invented = said.filter((key) => !all.has(key))
    assert.deepEqual(invented, [], `not known to ${name}`)
  }
})

/** Whatever stands as `shiliu …` in code, one command each. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, code]) =>
    code!.split('\n').flatMap((line) => line.replace(/\s#.*$/, '').split('&&')),
  )
  const inline = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code]) => code!,
  )
  return [...blocks, ...inline]
    .map((code) => code.trim().replace(/^npx --no /, ''))
    .filter((code) => /^shiliu [a-z-]/.test(code))
}

const shell = new Shell()
/** What a command that is only named, with nothing after it, leaves out. */
const left = ['commander.missingArgument', 'commander.missingMandatoryOptionValue']

/** Parses a command as the program does, without doing it. */
async function parse(written: string): Promise<void> {
  const args = [...written.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
  const program = commandLine(shell)
  let ran = 0
  const disarm = (command: typeof program): void => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    if (command.commands.length === 0) command.action(() => void ran++)
    command.commands.forEach(disarm)
  }
  disarm(program)
  try {
    await program.parseAsync(args.slice(1), { from: 'user' })
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'commander.helpDisplayed') return
    if (args.length === 2 && left.includes(code!)) return
    assert.fail(`${written}: ${message}`)
  }
  assert.ok(ran === 1 || args.includes('--help') || args[1] === 'rounds', written)
}

interface Heading {
  readonly level: number
  readonly name: string
}

function headingsOf(text: string): Heading[] {
  const plain = text.replace(/```[\s\S]*?```/g, '')
  return [...plain.matchAll(/^(#+) (.+)$/gm)].map(([, marks, name]) => {
    return { level: marks!.length, name: name! }
  })
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(' ', '-')
}

/** The keys of each table below the last chapter, as the program names them. */
function keyTables(text: string): string[][] {
  const chapter = text.slice(text.lastIndexOf('\n## '))
  return chapter
    .split('\n### ')
    .slice(1)
    .map((section) =>
      section
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, key]) => nameOf(key!))),
    )
}

const names: Readonly<Record<string, string>> = {
  Ctrl: 'Control',
  Del: 'Delete',
  Esc: 'Escape',
  '↑': 'ArrowUp',
  '↓': 'ArrowDown',
  '←': 'ArrowLeft',
  '→': 'ArrowRight',
  空格: ' ',
  Space: ' ',
}

function nameOf(written: string): string {
  const parts = written.split(' ').map((part) => names[part] ?? part)
  return parts.map((part) => (part.length === 1 ? part.toLowerCase() : part)).join('+')
}

function sourceOf(folder: string): string {
  return readdirSync(join(root, folder))
    .filter((file) => /\.(svelte|ts)$/.test(file))
    .map((file) => read(join(folder, file)))
    .join('\n')
}

/** Keys that a screen gives to the keyboard: `keys: ['a', 'Control+z']`. */
function registered(source: string): Set<string> {
  const main = /const main = (\[[^\]]*\])/.exec(source)?.[1] ?? ''
  const lists = [...source.matchAll(/\bkeys: (\[[^\]]*\])/g)].map(([, list]) => list!)
  return new Set([...lists, main].flatMap(quoted))
}

/** Keys that a part of a screen handles by itself. */
function handled(source: string): Set<string> {
  const compared = [...source.matchAll(/\bkey [!=]== ('[^']+')/g)].flatMap(([, key]) =>
    quoted(key!),
  )
  const tables = [...source.matchAll(/\{([^{}]*)\}\[event\.key\]/g)].flatMap(([, table]) =>
    [...table!.matchAll(/(\w+):/g)].map(([, key]) => key!),
  )
  return new Set([...compared, ...tables])
}

function quoted(list: string): string[] {
  return [...list.matchAll(/'([^']+)'/g)].map(([, key]) => key!.replace('\\\\', '\\'))
}
