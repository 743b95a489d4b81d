import type { Language } from '../../core/errors.ts'
import type { MemoryRelief, RunMemory } from '../../core/memory.ts'
import type { WorkKind } from '../../core/project.ts'
import type { Action, RoundComparison } from '../../core/records.ts'
import { counted } from './numbers.ts'

/** What the commands themselves say, beside the sentences of errors. Written twice, not translated. */
const en = {
  inUse: 'in use',
  error: (text: string) => `error: ${text}`,
  warning: (text: string) => `warning: ${text}`,
  stopping: 'stopping ...',
  tooFew: 'Not measured: at least 50 held-out texts must be labelled.',

  made: (path: string) => `Made ${path}.`,

  delimiter: (character: string) => `, delimiter ${character}`,
  roles: { text: 'text', textB: 'textB', id: 'id' },
  would: (n: number) => `${n} of the first rows would be left out.`,
  added: (n: number, column: string, encoding: string) =>
    `${n} texts added from column ${column} (${encoding}).`,
  repeated: (n: number) => `${n} rows were there already.`,
  leftOut: (n: number) => `${counted(n, 'row')} left out:`,
  line: (n: number, reason: string) => `  line ${n}: ${reason}`,

  noTask: 'No task yet: shiliu task set FILE.',
  notSaved: 'The task has errors and was not saved. Correct them, or save it with --draft.',
  pattern: (text: string) => `pattern  ${text}`,
  classColumn: 'class',
  group: (name: string) => `group ${name}`,
  masks: (numbers: string, attainable: string) =>
    `masks per group: ${numbers}; attainable score per class: ${attainable}`,
  usable: 'The base model can use every word and pattern.',

  devices: {
    yes: 'offered',
    no: '-',
    free: (free: string, all: string) => `${free} of ${all} GB free`,
    half: 'float32, float16',
    single: 'float32',
    step: (milliseconds: string) => `${milliseconds} ms a step`,
  },

  legend: { none: 'none of these', rest: ['Enter skips', 'u undoes', 'q ends'] },
  review: ['y right', 'n wrong'],
  undone: (action: string) => `undone: ${action}`,
  redone: (action: string) => `redone: ${action}`,
  changes: (n: number) => counted(n, 'change'),
  entry: (what: string, changes: string) => `${what}, ${changes}`,
  nothingUndone: 'Nothing to be undone.',
  nothingRedone: 'Nothing to be redone.',
  nothingToUndo: 'Nothing to undo.',
  drew: (n: number, of: number, seed: number) =>
    `Drew ${n} held-out texts of ${of} with seed ${seed}.`,
  labelled: (name: string, n: number) => `${name}: ${n} texts labelled`,
  unmatched: (values: string) => `Values that are no class: ${values}`,
  andMore: (n: number) => ` and ${n} more`,
  answered: (n: number) => `${counted(n, 'text')} answered.`,
  nothingChanged: 'Nothing changed.',
  did: (action: Action, n: number, entry: number) => {
    const [what, done] = didEn[action]
    return `${counted(n, what)} ${done} (entry ${entry}).`
  },
  actions: null as Readonly<Record<Action, string>> | null,
  labelColumns: ['class', 'train', 'held-out'],
  noneRow: ' (none of these)',
  heldOut: (n: number, of: number) => `Held-out: ${n} of ${of} labelled.`,
  notDrawn: 'Held-out: not drawn yet (shiliu label --draw-held-out).',

  modelColumns: ['name', 'architecture', 'layers', 'parameters', 'weights', 'sha256'],
  modelFacts: (architecture: string, layers: string, parameters: string, weights: string) =>
    `${architecture}, ${layers}, ${parameters} parameters, ${weights}`,
  modelAdded: (name: string, facts: string) =>
    `Added base model ${name} (${facts}). Train from it: shiliu train --base ${name}`,

  interval: (value: string, low: string, high: string) => `${value} (${low} to ${high})`,
  memory: (place: RunMemory['place'], bytes: string, free: string | null) =>
    `${place === 'host' ? 'Memory' : 'GPU memory'}: about ${bytes} GB${free === null ? '' : ` of ${free} GB free`}.`,
  relief: (recipe: MemoryRelief['recipe'], bytes: string) =>
    `  ${optionOf(recipe)}: about ${bytes} GB`,
  trained: (round: number, loss: string, seconds: string, texts: string) =>
    `Round ${round}: loss ${loss} after ${seconds} s, from ${texts}.`,
  texts: (gold: number, accepted: number, rejected: number) =>
    `${gold} labels, ${accepted} accepted and ${rejected} rejected proposals`,
  accuracy: (figure: string, n: number) => `Held-out accuracy ${figure} on ${n} texts.`,
  notMeasured: (n: number) =>
    `Not measured: ${n} held-out texts are labelled, 50 are needed (shiliu label --held-out).`,
  verdicts: {
    helped: 'This round helped',
    'did not help': 'This round did not help',
    'no difference seen': 'No difference seen',
  } satisfies Record<RoundComparison['verdict'], string>,
  against: (verdict: string, points: string, before: number, low: string, high: string) =>
    `${verdict}: ${points} against round ${before} (95% interval ${low} to ${high}).`,
  roundInUse: (round: number) => `Round ${round} is in use.`,
  roundStays: (round: number) => `Round ${round} stays in use.`,

  proposed: (pool: number, n: number) => `Scored ${pool} texts, proposed ${n}.`,
  noProposals: 'No open proposals.',
  proposalColumns: ['id', 'class', 'score', 'margin', 'agree', 'text'],
  proposal: (id: number, name: string, score: string, margin: string) =>
    `#${id}  ${name}  score ${score}, margin ${margin}`,
  groupSays: (name: string, agrees: boolean, log: string) =>
    `${name} ${agrees ? 'agrees' : 'disagrees'} (${log})`,

  noAudit: 'No audit yet.',
  classGone: (n: number) => `${n} left out: their class has left the task.`,
  place: (n: number, of: number) => `${n} of ${of}`,
  audit: (id: number, n: number, population: number, threshold: string) =>
    `Audit ${id}: ${n} of ${population} proposals, threshold ${threshold}`,
  toAnswer: (n: number) => `; ${n} to answer (shiliu audit answer).`,
  passed: (precision: string) =>
    `; passed with precision ${precision}. shiliu audit accept takes the rest.`,
  failed: (precision: string) =>
    `; failed with precision ${precision}. Narrow the filter or train a new round.`,

  noRound: 'No round yet: shiliu train.',
  roundColumns: ['round', 'held-out accuracy', 'macro F1', 'texts', 'against before', ''],
  best: (compared: number, best: number) => `Best of ${compared} compared rounds: ${best}.`,
  storage: (size: string) => `Models take ${size}.`,
  roundTexts: (gold: number, accepted: number, rejected: number) =>
    `${gold} + ${accepted} accepted + ${rejected} rejected`,
  saw: {
    helped: 'helped',
    'did not help': 'did not help',
    'no difference seen': 'no difference seen',
  } satisfies Record<RoundComparison['verdict'], string>,
  sawAgainst: (verdict: string, before: number) => `${verdict} (round ${before})`,
  discarded: 'weights given up',
  comparison: (after: number, before: number, n: number, verdict: string) =>
    `Round ${after} against round ${before} on ${n} held-out texts: ${verdict}.`,
  figures: { accuracy: 'accuracy', macroF1: 'macro F1' },
  figure: (name: string, value: string, low: string, high: string) =>
    `${name}: ${value} (${low} to ${high})`,
  freed: (size: string) => `Freed ${size} inside the project file.`,

  exported: (round: number, folder: string, files: number) =>
    `Round ${round} is in ${folder}, ${files} files.`,
  parityTexts: (n: number) => `${n} texts`,
  int8Sizes: (int8: string, float32: string) => `int8: ${int8} beside ${float32} of float32`,
  int8Times: (int8: string, float32: string) => `${int8} a text beside ${float32}`,
  int8Same: (same: number, n: number, share: string) =>
    `the same class for ${same} of ${n} texts, ${share}`,
  int8HeldOut: (n: number, difference: string, low: string, high: string) =>
    `accuracy on ${n} held-out texts: ${difference} points (${low} to ${high})`,
  notChecked: 'not checked',
  difference: (worst: string) => `largest difference ${worst}`,

  classified: (n: number, out: string) => `${counted(n, 'text')} classified, answers in ${out}.`,

  status: (name: string, path: string, texts: number, seed: number) =>
    `${name} (${path}), ${texts} texts, seed ${seed}`,
  noTaskYet: 'No task yet.',
  noModel: 'No model yet.',
  next: (command: string) => `Next: ${command}`,
  or: (first: string, second: string) => `${first}, or ${second}`,
  because: (command: string, why: string) => `${command} (${why})`,
  unlabelled: (names: readonly string[]) => `no text is labelled ${names.join(', ')}`,
  fromReviewed: 'from what was reviewed',
  job: (kind: WorkKind, id: number) => `${kind} (job ${id})`,
  jobFailed: (job: string, why: string) => `${job} failed: ${why}`,
  jobElsewhere: (job: string) => `${job} is under way in another program, or was cut off with it.`,
  jobStopped: (job: string, why: string) => `${job}: ${why}`,
}

const didEn: Readonly<Record<Action, readonly [what: string, done: string]>> = {
  label: ['label', 'changed'],
  clear: ['label', 'taken back'],
  approve: ['proposal', 'approved'],
  reject: ['proposal', 'rejected'],
  correct: ['proposal', 'corrected'],
  reopen: ['proposal', 'reopened'],
  review: ['proposal', 'decided'],
  audit: ['text of the audit', 'answered'],
  accept: ['proposal', 'approved in bulk; no label was made'],
}

export type Words = typeof en

const didZh: Readonly<Record<Action, (n: number) => string>> = {
  label: (n) => `改了 ${n} 条标注`,
  clear: (n) => `撤回了 ${n} 条标注`,
  approve: (n) => `批准了 ${n} 条提案`,
  reject: (n) => `有 ${n} 条提案定为不是这类`,
  correct: (n) => `改正了 ${n} 条提案`,
  reopen: (n) => `重新打开了 ${n} 条提案`,
  review: (n) => `决定了 ${n} 条提案`,
  audit: (n) => `回答了 ${n} 条审核样本`,
  accept: (n) => `批量批准了 ${n} 条提案，没有变成标注`,
}

const actionsZh: Readonly<Record<Action, string>> = {
  label: '标注',
  clear: '撤回标注',
  approve: '批准',
  reject: '不是这类',
  correct: '改正',
  reopen: '重新打开',
  review: '复核',
  audit: '审核',
  accept: '批量批准',
}

const kindsZh: Readonly<Record<WorkKind, string>> = {
  import: '导入',
  train: '训练',
  propose: '打分',
  export: '导出',
  int8: 'int8 测量',
  predict: '预测',
  evaluate: '评测',
  pretrain: '预训练',
}

const zh: Words = {
  inUse: '正在用',
  error: (text) => `错误：${text}`,
  warning: (text) => `警告：${text}`,
  stopping: '正在停止……',
  tooFew: '没有测量：留出集至少要标注 50 条。',

  made: (path) => `已新建 ${path}。`,

  delimiter: (character) => `，分隔符 ${character}`,
  roles: { text: '文本', textB: '第二段文本', id: '编号' },
  would: (n) => `开头的行里有 ${n} 行会被略去。`,
  added: (n, column, encoding) => `从列“${column}”导入了 ${n} 条文本（${encoding}）。`,
  repeated: (n) => `有 ${n} 行原来就在。`,
  leftOut: (n) => `略去了 ${n} 行：`,
  line: (n, reason) => `  第 ${n} 行：${reason}`,

  noTask: '还没有任务：shiliu task set FILE。',
  notSaved: '任务里有错误，没有保存。改好它们，或用 --draft 存成草稿。',
  pattern: (text) => `句式  ${text}`,
  classColumn: '类别',
  group: (name) => `词组 ${name}`,
  masks: (numbers, attainable) => `每组的空位：${numbers}；各类的可达上限：${attainable}`,
  usable: '所有的词和句式，底座都能用。',

  devices: {
    yes: '可选',
    no: '-',
    free: (free, all) => `空闲 ${free} / ${all} GB`,
    half: 'float32, float16',
    single: 'float32',
    step: (milliseconds) => `每步 ${milliseconds} 毫秒`,
  },

  legend: { none: '都不是', rest: ['回车 跳过', 'u 撤销', 'q 结束'] },
  review: ['y 批准', 'n 不是这类'],
  undone: (action) => `已撤销：${action}`,
  redone: (action) => `已重做：${action}`,
  changes: (n) => `${n} 处更改`,
  entry: (what, changes) => `${what}，${changes}`,
  nothingUndone: '没有可撤销的。',
  nothingRedone: '没有可重做的。',
  nothingToUndo: '没有可撤销的。',
  drew: (n, of, seed) => `从 ${of} 条文本里抽出了 ${n} 条留出集，种子 ${seed}。`,
  labelled: (name, n) => `${name}：标注了 ${n} 条`,
  unmatched: (values) => `不是类别的值：${values}`,
  andMore: (n) => `，还有 ${n} 个`,
  answered: (n) => `回答了 ${n} 条。`,
  nothingChanged: '没有更改。',
  did: (action, n, entry) => `${didZh[action](n)}（记录 ${entry}）。`,
  actions: actionsZh,
  labelColumns: ['类别', '训练集', '留出集'],
  noneRow: '（都不是）',
  heldOut: (n, of) => `留出集：${of} 条里标注了 ${n} 条。`,
  notDrawn: '留出集：还没有抽取（shiliu label --draw-held-out）。',

  modelColumns: ['名称', '结构', '层', '参数', '权重', 'sha256'],
  modelFacts: (architecture, layers, parameters, weights) =>
    `${architecture}，${layers}，${parameters} 参数，${weights}`,
  modelAdded: (name, facts) =>
    `已添加底座“${name}”（${facts}）。用它训练：shiliu train --base ${name}`,

  interval: (value, low, high) => `${value}（${low}–${high}）`,
  memory: (place, bytes, free) =>
    `${place === 'host' ? '内存' : '显存'}：约 ${bytes} GB${free === null ? '' : `，空闲 ${free} GB`}。`,
  relief: (recipe, bytes) => `  ${optionOf(recipe)}：约 ${bytes} GB`,
  trained: (round, loss, seconds, texts) =>
    `第 ${round} 轮：用 ${texts}训练了 ${seconds} 秒，损失 ${loss}。`,
  texts: (gold, accepted, rejected) =>
    `${gold} 条标注、${accepted} 条批量批准的提案和 ${rejected} 条“不是这类”`,
  accuracy: (figure, n) => `留出集准确率 ${figure}，共 ${n} 条。`,
  notMeasured: (n) => `没有测量：留出集标注了 ${n} 条，要有 50 条（shiliu label --held-out）。`,
  verdicts: {
    helped: '这一轮有帮助',
    'did not help': '这一轮没有帮助',
    'no difference seen': '看不出差别',
  },
  against: (verdict, points, before, low, high) =>
    `${verdict}：与第 ${before} 轮相比 ${points}（95% 区间 ${low} 到 ${high}）。`,
  roundInUse: (round) => `正在用第 ${round} 轮。`,
  roundStays: (round) => `仍然用第 ${round} 轮。`,

  proposed: (pool, n) => `给 ${pool} 条文本打了分，产生 ${n} 条提案。`,
  noProposals: '没有待复核的提案。',
  proposalColumns: ['编号', '类别', '得分', '间距', '一致', '文本'],
  proposal: (id, name, score, margin) => `#${id}  ${name}  得分 ${score}，间距 ${margin}`,
  groupSays: (name, agrees, log) => `${name} ${agrees ? '一致' : '不一致'}（${log}）`,

  noAudit: '还没有审核。',
  classGone: (n) => `略去了 ${n} 条：它们的类别已不在任务里。`,
  place: (n, of) => `第 ${n} 条，共 ${of} 条`,
  audit: (id, n, population, threshold) =>
    `审核 ${id}：${population} 条提案里的 ${n} 条，门槛 ${threshold}`,
  toAnswer: (n) => `；还剩 ${n} 条要回答（shiliu audit answer）。`,
  passed: (precision) => `；通过，精度 ${precision}。shiliu audit accept 批准其余的。`,
  failed: (precision) => `；没有通过，精度 ${precision}。收紧筛选条件，或训练新一轮。`,

  noRound: '还没有轮次：shiliu train。',
  roundColumns: ['轮次', '留出集准确率', '宏平均 F1', '文本', '与之前相比', ''],
  best: (compared, best) => `比较了 ${compared} 轮，最好的是第 ${best} 轮。`,
  storage: (size) => `模型占 ${size}。`,
  roundTexts: (gold, accepted, rejected) =>
    `${gold} 条标注 + ${accepted} 条批量批准 + ${rejected} 条不是这类`,
  saw: { helped: '有帮助', 'did not help': '没有帮助', 'no difference seen': '看不出差别' },
  sawAgainst: (verdict, before) => `${verdict}（第 ${before} 轮）`,
  discarded: '权重已删除',
  comparison: (after, before, n, verdict) =>
    `第 ${after} 轮与第 ${before} 轮相比，留出集 ${n} 条：${verdict}。`,
  figures: { accuracy: '准确率', macroF1: '宏平均 F1' },
  figure: (name, value, low, high) => `${name}：${value}（${low} 到 ${high}）`,
  freed: (size) => `在项目文件里腾出了 ${size}。`,

  exported: (round, folder, files) => `第 ${round} 轮已导出到 ${folder}，共 ${files} 个文件。`,
  parityTexts: (n) => `${n} 条文本`,
  int8Sizes: (int8, float32) => `int8：${int8}，float32 为 ${float32}`,
  int8Times: (int8, float32) => `每条文本 ${int8}，float32 为 ${float32}`,
  int8Same: (same, n, share) => `${n} 条文本里 ${same} 条类别相同，${share}`,
  int8HeldOut: (n, difference, low, high) =>
    `留出集 ${n} 条的准确率相差 ${difference} 个百分点（${low} 到 ${high}）`,
  notChecked: '没有核对',
  difference: (worst) => `最大差异 ${worst}`,

  classified: (n, out) => `预测了 ${n} 条文本，结果在 ${out}。`,

  status: (name, path, texts, seed) => `${name}（${path}），${texts} 条文本，种子 ${seed}`,
  noTaskYet: '还没有任务。',
  noModel: '还没有模型。',
  next: (command) => `下一步：${command}`,
  or: (first, second) => `${first}，或 ${second}`,
  because: (command, why) => `${command}（${why}）`,
  unlabelled: (names) => `没有文本被标为${names.map((name) => `“${name}”`).join('、')}`,
  fromReviewed: '用上复核的结果',
  job: (kind, id) => `${kindsZh[kind]}（工作 ${id}）`,
  jobFailed: (job, why) => `${job}失败：${why}`,
  jobElsewhere: (job) => `${job}正在另一个程序里进行，或随它一起中断了。`,
  jobStopped: (job, why) => `${job}：${why}`,
}

export const cliWords: Readonly<Record<Language, Words>> = { en, zh }

function optionOf({ batch, accumulate }: MemoryRelief['recipe']): string {
  if (batch !== undefined) return `--batch ${batch}`
  return accumulate === undefined ? '--recompute 1' : `--accumulate ${accumulate}`
}
