import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Departure } from '../../main/desktop/departure.ts'
import { programRoot, projectArgument, wayToShow } from '../../main/desktop/places.ts'
import { utilityWorker } from '../../main/desktop/utility-worker.ts'
import { opening, windowStateFile } from '../../main/desktop/window-state.ts'
import { languageOf } from '../../main/desktop/words.ts'
import { tempFolder } from './temp-project.ts'

/** The parts of Electron's shell that know nothing of Electron. */

const screen = { x: 0, y: 25, width: 1920, height: 1055 }
const second = { x: 1920, y: 0, width: 1920, height: 1080 }
const last = { x: 2000, y: 100, width: 1400, height: 900, isMaximized: true }

test('a window opens where it was, while the screen is there that it was on', () => {
  assert.deepEqual(opening(last, [screen, second]), last)
  const { width, height, isMaximized } = last
  assert.deepEqual(opening(last, [screen]), { width, height, isMaximized })
  assert.deepEqual(opening(null, [screen]), { width: 1440, height: 900, isMaximized: false })
})

test('a window is never larger than its screen, and its title bar is within reach', () => {
  const small = { x: 0, y: 25, width: 1366, height: 700 }
  const { width, height } = opening({ ...last, x: 0 }, [small])
  assert.deepEqual([width, height], [1366, 700])
  assert.equal(opening({ ...last, x: 0, y: -20 }, [screen]).y, 25)
  assert.equal(opening({ ...last, x: 1900 }, [screen]).x, undefined)
  assert.equal(opening({ ...last, x: 0, y: 1050 }, [screen]).y, undefined)
})

test('the state of the window is kept, and a file that cannot be read counts as none', (t) => {
  const folder = join(tempFolder(t), 'settings')
  const file = windowStateFile(folder)
  assert.equal(file.read(), null)
  file.write(last)
  assert.deepEqual(windowStateFile(folder).read(), last)
  writeFileSync(join(folder, 'window.json'), '{"x": "left"}')
  assert.equal(file.read(), null)
})

test('the first argument that is a project is opened, and an option never', () => {
  const args = ['/opt/shiliu', '--x=a.shiliu', 'notes.txt', 'b.shiliu', 'c.shiliu']
  assert.equal(projectArgument(args, '/home/me'), resolve('/home/me/b.shiliu'))
  assert.equal(projectArgument(['/opt/a.shiliu'], '/'), null)
})

test('the files of a packaged program lie beside its archive', () => {
  const archive = join('/opt', 'resources', 'app.asar')
  assert.equal(programRoot(archive), `${archive}.unpacked`)
  assert.equal(programRoot(join('/home', 'shiliu')), join('/home', 'shiliu'))
})

test('folders are opened; files, and on macOS what may be a program, are shown in their folder', (t) => {
  const folder = tempFolder(t)
  const [program, file] = [join(folder, 'X.app'), join(folder, 'run.sh')]
  mkdirSync(program)
  writeFileSync(file, '')
  assert.deepEqual(
    [
      wayToShow(folder, 'darwin'),
      wayToShow(program, 'darwin'),
      wayToShow(program, 'linux'),
      wayToShow(file, 'linux'),
      wayToShow(join(folder, 'gone'), 'linux'),
    ],
    [folder.includes('.') ? 'show' : 'open', 'show', 'open', 'show', 'gone'],
  )
})

test('the language of the system is Chinese for every Chinese locale, otherwise English', () => {
  assert.deepEqual(['zh-CN', 'zh-Hant-TW', 'ZH', 'en-GB', 'fr'].map(languageOf), [
    'zh',
    'zh',
    'zh',
    'en',
    'en',
  ])
})

test('leaving asks once while a job runs, and closes before the window goes', async () => {
  const steps: string[] = []
  const questions: ((stop: boolean) => void)[] = []
  const asked = async (n: number) => {
    while (questions.length < n) await setImmediate()
    return questions[n - 1]!
  }
  const departure = new Departure({
    mayLose: async () => true,
    isBusy: () => true,
    ask: () => {
      steps.push('ask')
      return new Promise((resolve) => questions.push(resolve))
    },
    close: async () => void steps.push('close'),
    end: () => void steps.push(`end ${departure.isOver}`),
  })
  const stayed = departure.begin()
  await departure.begin()
  ;(await asked(1))(false)
  await stayed
  assert.deepEqual([steps, departure.isOver], [['ask'], false])
  const left = departure.begin()
  ;(await asked(2))(true)
  await left
  assert.deepEqual(steps, ['ask', 'ask', 'close', 'end true'])
})

test('a window whose project cannot be closed stays, and may be asked again', async () => {
  let isBroken = true
  const departure = new Departure({
    mayLose: async () => true,
    isBusy: () => false,
    ask: () => Promise.reject(new Error('nobody is asked')),
    close: () => (isBroken ? Promise.reject(new Error('disk')) : Promise.resolve()),
    end: () => {},
  })
  await assert.rejects(departure.begin(), /disk/)
  isBroken = false
  await departure.begin()
  assert.ok(departure.isOver)
})

test('a utility process is a compute process: it is told, heard, and ended at once', () => {
  const killed: unknown[] = []
  const child = Object.assign(new EventEmitter(), {
    pid: undefined as number | undefined,
    posted: [] as unknown[],
    postMessage: (message: unknown) => void child.posted.push(message),
    kill: () => killed.push('asked') > 0,
  })
  const worker = utilityWorker(child)
  const heard: unknown[] = []
  worker.onMessage((message) => heard.push(message))
  worker.onExit((ending) => heard.push(ending))
  worker.send({ type: 'cancel', job: '1' })
  child.emit('message', { type: 'ready' })
  child.emit('exit', 7)
  assert.deepEqual(child.posted, [{ type: 'cancel', job: '1' }])
  assert.deepEqual(heard, [{ type: 'ready' }, { code: 7, signal: null }])
  worker.kill()
  assert.deepEqual(killed, [])
  // No process has it: the signal fails, and Electron is asked.
  child.pid = 2 ** 22 + 1
  child.emit('spawn')
  assert.deepEqual(killed, ['asked'])
})
