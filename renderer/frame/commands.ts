import { opening } from '../screens/home/opening.svelte.ts'
import { words as homeWords } from '../screens/home/words.ts'
import { keyNow } from '../state/key-now.ts'
import { keys, type KeyAction } from '../state/keys.svelte.ts'
import { place } from '../state/place.svelte.ts'
import { theme } from '../state/theme.svelte.ts'
import { both, language } from '../words/language.svelte.ts'
import { frameActions, programActions, screenActions } from './actions.ts'

export interface Command {
  readonly group: string
  readonly name: string
  /** The key that does the same. */
  readonly key?: string | undefined
  readonly run: () => void
}

/** A command with what it is found by: its names in both languages. */
export interface Entry extends Command {
  readonly text: string
}

const words = both({
  zh: {
    screen: '这个界面',
    go: '前往',
    project: '项目',
    program: '程序',
    looks: { light: '主题：浅色', dark: '主题：深色', system: '主题：跟随系统' },
    zh: '界面语言：中文',
    en: '界面语言：English',
  },
  en: {
    screen: 'This screen',
    go: 'Go to',
    project: 'Project',
    program: 'Program',
    looks: { light: 'Theme: light', dark: 'Theme: dark', system: 'Theme: as the system' },
    zh: 'Interface language: 中文',
    en: 'Interface language: English',
  },
})

/** Everything that can be done now, the screen's own first. */
export function entries(): Entry[] {
  const others = language.inOther(() => commands().map(({ name }) => name))
  const all = commands().map((command, i) => {
    return { ...command, text: `${command.name}\n${others[i]}`.toLowerCase() }
  })
  // Screens have keys for what is offered everywhere, and two keys for one thing.
  return all.filter(({ name }, i) => all.findIndex((other) => other.name === name) === i)
}

function commands(): Command[] {
  const { screen, go, project, program } = words()
  return [
    ...keys.above(frameActions).map((action) => commandOf(screen, action)),
    { group: go, name: language.words.home, run: () => place.go('home') },
    ...screenActions().map((action) => commandOf(go, action)),
    { group: project, name: homeWords().create, run: () => void opening.create() },
    { group: project, name: homeWords().openTitle, run: () => void opening.open() },
    { group: project, name: homeWords().sample, run: () => void opening.sample() },
    ...programActions().map((action) => commandOf(program, action)),
    ...lookCommands(program),
    languageCommand(program),
  ]
}

function commandOf(group: string, { name, keys, run }: KeyAction): Command {
  const key = keys.map(keyNow).find((pressed) => pressed !== null)
  return { group, name, key, run }
}

function lookCommands(group: string): Command[] {
  const { looks } = words()
  const choices = ([null, 'light', 'dark'] as const).filter((look) => look !== theme.chosen)
  return choices.map((look) => {
    return { group, name: looks[look ?? 'system'], run: () => theme.choose(look) }
  })
}

/** The one that is not current, in whichever language it is named. */
function languageCommand(group: string): Command {
  const { zh, en } = words()
  const isChinese = document.documentElement.lang.startsWith('zh')
  const [name, to] = isChinese ? ([en, 'en'] as const) : ([zh, 'zh'] as const)
  return { group, name, run: () => language.choose(to) }
}
