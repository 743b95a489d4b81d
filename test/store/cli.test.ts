import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { FilePreview } from '../../core/import-plan.ts'
import type { TextId } from '../../core/project.ts'
import type { Audit, Finding, LabelSummary } from '../../core/records.ts'
import { openApp } from '../../main/app.ts'
import { fakeApp, importTexts, testHost } from './fake-app.ts'
import { tempFolder } from './temp-project.ts'

const bin = resolve(import.meta.dirname, '../../bin/shiliu.js')
const entry = resolve(import.meta.dirname, '../../main/cli.ts')

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in a folder, with lines for its questions. */
async function shiliu(
  folder: string,
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
  program = bin,
): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, SHILIU_PROJECT: '', SHILIU_LANG: 'en', ...env },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

/** A folder with a closed project of `n` texts and a task; `classes` are other than good and bad. */
async function projectFolder(
  t: TestContext,
  n: number,
  classes?: readonly [string, string],
): Promise<string> {
  const { app, folder } = await fakeApp(t)
  if (classes) {
    const [good, bad] = classes
    const groups = [{ name: '甲', words: { [good]: '好', [bad]: '差' } }]
    const named = classes.map((name) => ({ name }))
    await app.call('task.set', { classes: named, patterns: ['{a}[MASK]'], groups })
  }
  await importTexts(app, folder, n)
  await app.call('project.close', {})
  return folder
}

test('a project is made and filled, and bad input ends with code 2 and a sentence', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'x.csv'), 'id,text\n1,好\n2,\n')
  assert.equal((await shiliu(folder, ['new', 'x.shiliu'])).code, 0)
  const again = await shiliu(folder, ['new', 'x.shiliu'])
  assert.deepEqual([again.code, again.out], [2, ''])
  assert.match(again.err, /already exists.*nothing was overwritten/)
  const report = await shiliu(folder, ['import', 'x.csv', '--json'])
  const { added, rejected, rejectedRows } = JSON.parse(report.out) as Record<string, unknown>
  assert.deepEqual([added, rejected, (rejectedRows as { line: number }[])[0]!.line], [1, 1, 3])
  writeFileSync(join(folder, 'empty.csv'), '')
  const empty = await shiliu(folder, ['import', 'empty.csv', '--json', '--lang', 'zh'])
  assert.equal(empty.code, 2)
  const { error } = JSON.parse(empty.out) as { error: { code: string; message: string } }
  assert.equal(error.code, 'import.empty')
  assert.match(error.message, /空文件/)
})

test('wrong usage ends with code 2, help with 0 and examples', async (t) => {
  const folder = tempFolder(t)
  const runs = await Promise.all([
    shiliu(folder, ['lable']),
    shiliu(folder, ['train', '--steps', 'many']),
    shiliu(folder, ['status']),
    shiliu(folder, ['label', '--help']),
  ])
  assert.deepEqual(
    runs.map((run) => run.code),
    [2, 2, 2, 0],
  )
  assert.match(runs[2]!.err, /expected one \.shiliu file.*Option: --project FILE/)
  assert.match(runs[3]!.out, /Examples:\n {2}\$ shiliu label/)
})

test('labels come from ids, from a file with original ids, and are undone and redone', async (t) => {
  const folder = await projectFolder(t, 20)
  const labels = (run: Run) => {
    const { classes } = JSON.parse(run.out) as LabelSummary
    return classes.map((c) => [c.class, c.train])
  }
  const summary = async () => {
    const run = await shiliu(folder, ['label', '--status', '--json'])
    return labels({
      ...run,
      out: JSON.stringify((JSON.parse(run.out) as { labels: object }).labels),
    })
  }
  await shiliu(folder, ['label', '--set', '1=好评', '2=-', '3=差评'])
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 1],
    ['c2', 1],
  ])
  writeFileSync(join(folder, 'answers.csv'), '编号,类别\nr9,好评\nr10,差评\n')
  const file = await shiliu(folder, ['label', '--file', 'answers.csv', '--original-ids'])
  assert.equal(file.code, 0)
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 2],
    ['c2', 2],
  ])
  await shiliu(folder, ['label', '--undo', '2'])
  assert.deepEqual(await summary(), [])
  await shiliu(folder, ['label', '--redo'])
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 1],
    ['c2', 1],
  ])
  writeFileSync(join(folder, 'wrong.csv'), 'id,class\n5,好评\n6,好平\n')
  const wrong = await shiliu(folder, ['label', '--file', 'wrong.csv'])
  assert.deepEqual([wrong.code, /no class 好平/.test(wrong.err)], [2, true])
  assert.deepEqual(await summary(), [
    [null, 1],
    ['c1', 1],
    ['c2', 1],
  ])
})

test('texts are labelled one by one, with a wrong key, a skip and an undo', async (t) => {
  const folder = await projectFolder(t, 5)
  const run = await shiliu(folder, ['label', '--json'], '1\n9\n\nu\n差评\n-\nq\n')
  const { labels } = JSON.parse(run.out) as { labels: LabelSummary }
  assert.deepEqual(
    labels.classes.map((c) => [c.class, c.train]),
    [
      [null, 1],
      ['c2', 1],
    ],
  )
  assert.match(run.err, /There is no class number 9: expected 1 \(好评\), 2 \(差评\)/)
})

test('a number is a name in options and files, and a place in the legend at the prompt', async (t) => {
  const folder = await projectFolder(t, 8, ['0', '1'])
  const marks = async () => {
    const { labels } = JSON.parse((await shiliu(folder, ['label', '--status', '--json'])).out) as {
      labels: LabelSummary
    }
    return Object.fromEntries(labels.classes.map((c) => [c.class, c.train]))
  }
  const ids = Object.fromEntries(
    JSON.parse((await shiliu(folder, ['task', '--json'])).out).task.classes.map(
      (c: { id: string; name: string }) => [c.name, c.id],
    ),
  ) as Record<'0' | '1', string>
  await shiliu(folder, ['label', '--set', '1=1'])
  assert.deepEqual(await marks(), { [ids['1']]: 1 })
  writeFileSync(join(folder, 'a.csv'), 'id,class\n2,1\n')
  await shiliu(folder, ['label', '--file', 'a.csv'])
  assert.deepEqual(await marks(), { [ids['1']]: 2 })
  for (const value of ['2', '1.0', '0x2']) {
    const { code, err } = await shiliu(folder, ['label', '--set', `3=${value}`])
    assert.deepEqual([code, err.includes(`no class ${value}.`)], [2, true])
  }
  const typed = await shiliu(folder, ['label'], '1\n2\n0\nq\n')
  assert.match(typed.err, /1 0 {3}2 1 {3}/)
  assert.match(typed.err, /no class number 0: expected 1 \(0\), 2 \(1\)/)
  assert.deepEqual(await marks(), { [ids['0']]: 1, [ids['1']]: 3 })
})

test('a pair needs its "=", and a class may hold one', async (t) => {
  const folder = await projectFolder(t, 4, ['a=b', 'c'])
  const wrong = await shiliu(folder, ['label', '--set', '115'])
  assert.deepEqual([wrong.code, /as ID=CLASS, such as 17=-, got 115/.test(wrong.err)], [2, true])
  const right = await shiliu(folder, ['label', '--set', '1=a=b'])
  assert.match(right.out, /^1 label changed/)
  const original = await shiliu(folder, ['label', '--set', 'r2=c', '--original-ids'])
  assert.match(original.out, /^1 label changed/)
})

test('a terminal gets controls of a text as codes, and JSON keeps their values', async (t) => {
  const { app, folder } = await fakeApp(t)
  await app.call('project.close', {})
  const text = 'ok\u001b]52;c;eA==\u0007\u202egnp\u009b1m 好'
  writeFileSync(join(folder, 'x.csv'), `text,\u001b[2J\n${text},1\n差,\n`)
  const shown = await shiliu(folder, ['import', 'x.csv', '--preview'])
  assert.match(shown.out, /ok\\u001b]52;c;eA==\\u0007\\u202egnp\\u009b/)
  const missing = await shiliu(folder, ['import', 'x.csv', '--preview', '--text', '\u001bx'])
  const unknown = await shiliu(folder, ['import', 'x.csv', '--\u001b[2J'])
  const json = await shiliu(folder, ['import', 'x.csv', '--preview', '--json'])
  const { rows } = JSON.parse(json.out) as FilePreview
  assert.equal(rows[0]!.columns[0]![1], text)
  await shiliu(folder, ['import', 'x.csv'])
  const asked = await shiliu(folder, ['label'], '\n\n')

  const raw = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/
  for (const { out, err } of [shown, missing, unknown, json, asked])
    assert.doesNotMatch(out + err, raw)
})

test('quotes can be ordinary characters, and a tab can be typed', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'x.csv'), 'id\ttext\n1\t"好\n2\t差\n')
  const plain = ['import', 'x.csv', '--preview', '--delimiter', '\\t', '--no-quotes', '--json']
  const { plan, rows } = JSON.parse((await shiliu(folder, plain)).out) as FilePreview
  assert.deepEqual([plan.delimiter, plan.quoted], ['\t', false])
  assert.deepEqual(rows[0]!.columns, [
    ['id', '1'],
    ['text', '"好'],
  ])
})

test('rows that cannot be written are refused before an evaluation begins', async (t) => {
  const folder = tempFolder(t)
  const run = await shiliu(folder, ['evaluate', '--fewclue', 'eprstmt', '--json', 'no/rows.json'])
  assert.deepEqual(
    [run.code, /no\/rows.json cannot be written \(ENOENT\)/.test(run.err)],
    [1, true],
  )
  const unknown = await shiliu(folder, ['evaluate', '--fewclue', 'csl', '--json', 'rows.json'])
  assert.match(unknown.err, /no evaluation for the task csl/)
  assert.deepEqual(readdirSync(folder), [])
})

test('options that exclude each other, and a predict without texts, are wrong usage', async (t) => {
  const folder = tempFolder(t)
  const wrong: [args: string[], message: RegExp][] = [
    [['label', '--undo', '--redo'], /'--undo \[n\]' cannot be used with option '--redo/],
    [['label', '--uncertain', '--held-out'], /cannot be used with/],
    [['review', '--list', '--approve', '3'], /cannot be used with/],
    [['audit', 'answer', '--file', 'a.csv', '--from-column', 'cat'], /cannot be used with/],
    [['train', '--resume', '--steps', '5'], /cannot be used with/],
    [['train', '--resume', '--train', 'lora'], /cannot be used with/],
    [['train', '--train', 'top:0'], /Expected all, biases, top:2, lora/],
    [['train', '--optimizer', 'sgd'], /Allowed choices are adamw, lamb/],
    [['predict', 'model'], /give at least one text, or --file/],
    [['predict', 'model', '好', '--file', 'a.csv'], /not both/],
    [['predict', 'model', '好', '--out', 'a.csv'], /belong to --file/],
  ]
  for (const [args, message] of wrong) {
    const { code, out, err } = await shiliu(folder, args)
    assert.deepEqual([code, out], [2, ''], args.join(' '))
    assert.match(err, message)
  }
})

test('the program runs when Node is started with it, as when the launcher imports it', async (t) => {
  const { code, out } = await shiliu(tempFolder(t), ['--version'], '', {}, entry)
  assert.deepEqual([code, out], [0, '0.1.0\n'])
})

test('a new project has the ending by which commands find it', async (t) => {
  const folder = tempFolder(t)
  assert.match((await shiliu(folder, ['new', 'reviews'])).out, /reviews\.shiliu\.\n$/)
  assert.match((await shiliu(folder, ['status'])).out, /^reviews .*\nNext: shiliu import FILE\n$/s)
})

test('status says what comes next and which jobs did not end', async (t) => {
  const { app, folder, die } = await fakeApp(t)
  await importTexts(app, folder, 60)
  const next = async () => {
    await app.call('project.close', {})
    const { out } = await shiliu(folder, ['status'])
    await app.call('project.open', { path: join(folder, 'p.shiliu') })
    return out
  }
  await app.call('label.set', {
    edits: [{ text: 1 as TextId, mark: { state: 'class', class: 'c1' } }],
  })
  assert.match(await next(), /Next: shiliu label \(no text is labelled 差评\)/)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  assert.match(await next(), /Next: shiliu train\n/)
  die('train 1', 'train 1', 'train 1')
  await app.call('jobs.wait', await app.call('train.start', {}))
  assert.match(
    await next(),
    /train \(job 2\): Stopped\. The run is kept.*Command: shiliu train --resume.*Next: shiliu train --resume/s,
  )
  await app.call('jobs.wait', await app.call('jobs.resume', {}))
  assert.match(await next(), /Next: shiliu propose/)
  await app.call('jobs.wait', await app.call('review.propose', {}))
  assert.match(await next(), /Next: shiliu review, or shiliu audit start/)
  await app.call('audit.create', {})
  assert.match(await next(), /Next: shiliu audit answer/)
})

test('a column of texts shows the first of its values that are no class', async (t) => {
  const folder = await projectFolder(t, 30)
  const { out } = await shiliu(folder, ['label', '--from-column', 'text'])
  const line = /^Values that are no class: .*$/m.exec(out)![0]
  assert.equal(line.match(/\(1\)/g)!.length, 20)
  assert.match(line, / and 10 more$/)
})

test('the task is shown with the ids that renaming needs', async (t) => {
  const folder = await projectFolder(t, 2)
  const { out } = await shiliu(folder, ['task', 'show'])
  assert.match(out, /^class +好评 +差评\nid +c1 +c2\ngroup 甲 +好 +差$/m)
})

test('a task with errors shows all of them, ends with code 2, and is saved as a draft only', async (t) => {
  const folder = tempFolder(t)
  await shiliu(folder, ['new', 'x.shiliu'])
  const definition = {
    classes: [{ name: '退款' }, { name: '物流' }],
    patterns: ['{a}这是[MASK]问题。'],
    groups: [
      { name: '称呼', words: { 退款: '退款', 物流: '快' } },
      { name: '字', words: { 退款: '龘', 物流: '运' } },
    ],
  }
  writeFileSync(join(folder, 'bad.json'), JSON.stringify(definition))
  const task = (...args: string[]) => shiliu(folder, ['task', ...args])
  const errors = ({ out }: Run) => out.match(/^error: /gm)?.length
  const checked = await task('check', 'bad.json')
  assert.deepEqual([checked.code, errors(checked)], [2, 2])
  const refused = await task('set', 'bad.json')
  assert.deepEqual([refused.code, errors(refused)], [2, 2])
  assert.match(refused.out, /^The task has errors and was not saved\./)
  const json = await task('set', 'bad.json', '--json')
  assert.equal((JSON.parse(json.out) as { version: null }).version, null)
  assert.match((await task('show')).out, /^No task yet/)
  const zh = await task('check', 'bad.json', '--lang', 'zh')
  assert.match(zh.out, /^每组的空位：.*\n错误：[^]*\n错误：/)
  assert.equal((await task('set', 'bad.json', '--draft')).code, 0)
  assert.equal((await task('check')).code, 2)
  const good = definition.groups.map(({ name }, i) => ({
    name,
    words: i === 0 ? { 退款: '退', 物流: '快' } : { 退款: '钱', 物流: '运' },
  }))
  writeFileSync(join(folder, 'good.json'), JSON.stringify({ ...definition, groups: good }))
  assert.equal((await task('set', 'good.json')).code, 0)
})

test('rounds are listed, compared and chosen, and a folder in use takes no export', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 400)
  await app.call('label.fromColumn', { column: 'cat', perClass: 8 })
  await app.call('label.fromColumn', { column: 'cat', scope: 'heldout' })
  for (const seed of [1, 2]) await app.call('jobs.wait', await app.call('train.start', { seed }))
  await app.call('project.close', {})
  const rounds = await shiliu(folder, ['rounds'])
  assert.match(rounds.out, /^1 .*in use\n2 .*no difference seen \(round 1\)\nBest of 2 compared/m)
  const compared = await shiliu(folder, ['rounds', 'compare', '1', '2'])
  assert.match(compared.out, /^Round 2 against round 1 on 100 held-out texts: no difference seen/)
  const flips = await shiliu(folder, ['rounds', 'flips', '1', '2'])
  assert.deepEqual([flips.code, flips.out], [0, ''])
  const used = await shiliu(folder, ['rounds', 'use', '2'])
  assert.match(used.out, /^2 .*in use$/m)
  assert.match((await shiliu(folder, ['rounds', 'discard', '1'])).err, /Option: --yes/)
  const freed = await shiliu(folder, ['rounds', 'discard', '1', '--yes'])
  assert.match(freed.out, /^Freed [\d.]+ MB/)
  assert.match((await shiliu(folder, ['rounds', 'use', '9'])).err, /no round 9/)
  const taken = await shiliu(folder, ['export', '.'])
  assert.deepEqual([taken.code, /nothing was overwritten/.test(taken.err)], [2, true])
})

test('doctor looks at the only project of the folder, and a damaged one is a finding', async (t) => {
  const folder = await projectFolder(t, 3)
  const findings = async () => {
    const { code, out } = await shiliu(folder, ['doctor', '--json'])
    const all = JSON.parse(out) as Finding[]
    return { code, project: all.find(({ about }) => about === 'project file') }
  }
  assert.equal((await findings()).project?.isGood, true)
  writeFileSync(join(folder, 'p.shiliu'), 'no database')
  const { code, project } = await findings()
  assert.deepEqual([code, project?.isGood], [1, false])
  assert.match(project!.detail, /not a Shiliu project/)
})

test('messages come in the language that is asked for, else in that of the system', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'x.csv'), 'text\n好\n\u3000\n')
  const unknown = await shiliu(folder, ['status', '--lang', 'de'])
  assert.deepEqual([unknown.code, /choices are zh, en/.test(unknown.err)], [2, true])
  const system = { SHILIU_LANG: '', LC_ALL: '', LANG: 'zh_CN.UTF-8' }
  assert.match(
    (await shiliu(folder, ['status'], '', system)).err,
    /没有选定项目.*选项：--project FILE/,
  )
  await shiliu(folder, ['new', 'x.shiliu'])
  const rejected = await shiliu(folder, ['import', 'x.csv', '--lang', 'zh'])
  assert.match(
    rejected.out,
    /^从列“text”导入了 1 条文本（utf-8）。\n略去了 1 行：\n {2}第 3 行：列“text”里的文本是空的。\n$/,
  )
  const status = await shiliu(folder, ['status', '--lang', 'zh'])
  assert.match(
    status.out,
    /条文本，种子 1\n还没有任务。\n还没有模型。\n下一步：shiliu task set FILE\n$/,
  )
})

test('labelling the held-out sample draws it first, in a project of any size', async (t) => {
  const folder = await projectFolder(t, 24)
  const run = await shiliu(folder, ['label', '--held-out', '--json'], '1\n2\n')
  const { labels } = JSON.parse(run.out) as { labels: LabelSummary }
  assert.deepEqual([labels.heldOut?.size, labels.heldOutLabelled], [6, 2])
})

test('training takes its optimiser, its parts and what is trained from the command line', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 40)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  await app.call('project.close', {})
  const options = ['--optimizer', 'lamb', '--accumulate', '4', '--train', 'top:2', '--offload']
  const run = await shiliu(folder, ['train', ...options])
  assert.equal(run.code, 0, run.err)
  const after = openApp(testHost(folder))
  t.after(() => after.close())
  await after.call('project.open', { path })
  const [report] = await after.call('train.runs', {})
  const chosen = { optimizer: 'lamb', accumulate: 4, train: { top: 2 }, offload: true } as const
  assert.deepEqual(report!.recipe, chosen)
})

test('proposals are reviewed from a file and one by one, an audit is answered by a column', async (t) => {
  const { app, folder, path } = await fakeApp(t)
  await importTexts(app, folder, 120)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  await app.call('jobs.wait', await app.call('train.start', {}))
  await app.call('jobs.wait', await app.call('review.propose', {}))
  const queue = await app.call('review.queue', { limit: 3 })
  const [x, y] = queue
  await app.call('project.close', {})

  writeFileSync(
    join(folder, 'decisions.csv'),
    `id,decision,class\n${x!.text},correct,-\n${y!.text},reject,\n`,
  )
  const file = await shiliu(folder, ['review', '--file', 'decisions.csv'])
  assert.deepEqual([file.code, file.out.split('\n')[0]], [0, '2 proposals decided (entry 2).'])
  const oneByOne = await shiliu(folder, ['review'], 'y\nn\nq\n')
  assert.equal(oneByOne.code, 0)
  assert.match(oneByOne.err, /甲 agrees/)
  assert.match(oneByOne.out, /^2 texts answered/)
  assert.equal(
    (await shiliu(folder, ['audit', 'start', '--size', '60', '--min-score', '0.5'])).code,
    0,
  )
  const answered = await shiliu(folder, ['audit', 'answer', '--from-column', 'cat'])
  assert.match(answered.out, /passed with precision/)
  const accepted = await shiliu(folder, ['audit', 'accept'])
  assert.match(accepted.out, /^\d+ proposals approved in bulk; no label was made/)
  const again = await shiliu(folder, ['audit', 'accept', '--audit', '1'])
  assert.deepEqual([again.code, again.out.split('\n')[0]], [0, 'Nothing changed.'])
  assert.match((await shiliu(folder, ['audit', 'accept', '--audit', '9'])).err, /no audit 9/)
  const list = await shiliu(folder, ['review', '--list'])
  assert.match(list.out, /No open proposals/)

  const after = openApp(testHost(folder))
  t.after(() => after.close())
  await after.call('project.open', { path })
  const counts = await after.call('review.counts', {})
  const count = (decision: string) =>
    counts.filter((c) => c.decision === decision).reduce((sum, c) => sum + c.count, 0)
  assert.deepEqual([count('corrected'), count('rejected'), count('pending')], [1, 2, 0])
})

test('an audit answered in the terminal takes a wrong key and an undo, and ends', async (t) => {
  const { app, folder } = await fakeApp(t)
  await importTexts(app, folder, 120)
  await app.call('label.fromColumn', { column: 'cat', perClass: 4 })
  await app.call('jobs.wait', await app.call('train.start', {}))
  await app.call('jobs.wait', await app.call('review.propose', {}))
  await app.call('audit.create', { size: 60 })
  await app.call('project.close', {})
  const run = await shiliu(folder, ['audit', 'answer', '--json'], 'nobody\n1\nu\n2\n\n1\nq\n')
  assert.equal(run.code, 0)
  const places = [...run.err.matchAll(/^(\d+) of 60/gm)].map(([, place]) => Number(place))
  assert.deepEqual(places, [1, 1, 2, 1, 2, 3, 4])
  assert.match(run.err, /no class nobody[^]*undone: audit/)
  assert.equal((JSON.parse(run.out) as Audit).answered, 2)
})

test('a project that another program has open is refused for writing and shown for reading', async (t) => {
  const { folder, path } = await fakeApp(t)
  const write = await shiliu(folder, ['label', '--undo'])
  assert.deepEqual([write.code, /Another program has/.test(write.err)], [1, true])
  assert.equal((await shiliu(folder, ['status'])).code, 0)
  assert.ok(readFileSync(path).length > 0)
})
