import type { Environment, ParityLine, Recipe } from '../../core/job.ts'
import { trainedText } from '../../core/step-options.ts'
import type { Proportion } from '../../core/project.ts'
import type { Audit, Estimate, Int8Report, RunTexts } from '../../core/records.ts'
import type { Task } from '../../core/task.ts'
import type { Source, SourceCount } from '../store/provenance.ts'

/** Everything that the model card says; nothing in it is a matter of wording. */
export interface ModelCardData {
  /** The project's name. */
  readonly name: string
  readonly exportedAt: Date
  /** Program and version, such as `Shiliu 0.1.0`. */
  readonly program: string
  readonly task: Task
  /** What the analyst wrote for whoever labels; may be empty. */
  readonly guideline: string
  readonly round: number
  readonly seed: number
  readonly steps: number
  readonly finalLoss: number
  readonly recipe: Recipe
  readonly environment: Environment
  /** SHA-256 of the trained weights. */
  readonly sha256: string
  /** SHA-256 of the base model's weights. */
  readonly base: string
  /** What the run was trained on. */
  readonly texts: RunTexts
  /** Where its classes come from. */
  readonly provenance: readonly SourceCount[]
  readonly heldOut: HeldOutFigures
  readonly audits: readonly Pick<Audit, 'population' | 'n' | 'threshold' | 'state' | 'precision'>[]
  readonly temperature: number
  readonly modelMaxLength: number
  readonly parity: readonly ParityLine[]
  /** The int8 model of the folder; null where it has none. */
  readonly int8: (Int8Report & { readonly parity: readonly ParityLine[] }) | null
}

export interface HeldOutFigures {
  /** Labelled held-out texts, drawn at random before any training. */
  readonly n: number
  /** Null while too few are labelled. */
  readonly accuracy: Proportion | null
  readonly macroF1: Estimate | null
  /** How many rounds were compared on these texts to choose this one. */
  readonly compared: number
}

/** The README.md of an export, in Chinese and English. */
export function modelCard(data: ModelCardData): string {
  return [
    frontMatter,
    `# ${line(data.name)}`,
    summary(data),
    usage(data),
    classes(data),
    training(data),
    figures(data),
    parity(data),
    ...(data.int8 ? [quantized(data.int8)] : []),
    limits(data),
    licence(),
  ].join('\n\n')
}

const frontMatter = `---
language: zh
pipeline_tag: text-classification
library_name: transformers.js
tags: [fuzzy-pet, few-shot, onnx]
---`

function summary({ task, program, exportedAt, round }: ModelCardData): string {
  const date = exportedAt.toISOString().slice(0, 10)
  const n = task.classes.length
  const [zh, en] = task.kind === 'pair' ? ['一对文本', 'a pair of texts'] : ['一段文本', 'a text']
  return (
    `把${zh}分到 ${n} 个类别之一的模型，由 ${program} 于 ${date} 从项目的第 ${round} 轮导出。` +
    `可以离线运行，不需要导出它的程序、底座或句式的代码。\n\n` +
    `A model that puts ${en} into one of ${n} classes, exported by ${program} on ${date} from round ` +
    `${round} of its project. It runs offline, without that program, the base model or any code for ` +
    `patterns.`
  )
}

function usage({ task, modelMaxLength }: ModelCardData): string {
  const pair = task.kind === 'pair'
  const input = pair ? '`[CLS] a [SEP] b [SEP]`' : '`[CLS] text [SEP]`'
  const texts = pair ? 'FIRST SECOND' : 'TEXT'
  return section('怎么用', 'How to use it', [
    '在这个文件夹里运行，任选一种；不写文本时用固定的例句。',
    'Run in this folder, whichever suits; without a text it answers fixed examples.',
    '',
    '```sh',
    `npm install onnxruntime-node @huggingface/tokenizers && node snippets/predict.mjs ${texts}`,
    `npm install @huggingface/transformers && node snippets/pipeline.mjs ${texts}`,
    `pip install onnxruntime tokenizers numpy && python snippets/predict.py ${texts}`,
    '```',
    '',
    '文件是否完整 Whether the files are whole: `sha256sum -c SHA256SUMS`',
    '',
    `- 输入 Inputs: \`input_ids\`, \`attention_mask\`, int64 [B, T], ${input}`,
    '- 输出 Output: `logits`, float32 [B, C]; softmax 之后是各类的概率 its softmax is the probability of each class',
    '- 类别的次序 Order of the classes: `id2label`, `config.json`',
    `- 词元化器 Tokenizer: \`tokenizer.json\`, \`model_max_length\` = ${modelMaxLength}`,
    '- 可以接着训练的权重 Weights to train on from: `mlm/` (`AutoModelForMaskedLM`)',
    '- 句式与词组，供查阅 Patterns and word groups, to look up: `pattern.json`',
    ...(pair
      ? [
          '- transformers.js 的 `pipeline()` 不接受文本对 takes no pairs: see `snippets/pipeline.mjs`',
        ]
      : []),
  ])
}

function classes({ task, guideline }: ModelCardData): string {
  const header = ['类别 Class', ...task.groups.map(({ name }) => name)]
  const rows = task.classes.map(({ id, name }) => [
    name,
    ...task.groups.map(({ words }) => words[id] ?? ''),
  ])
  return section('类别与词组', 'Classes and word groups', [
    '文本放进句式，模型猜空位里的词；一个类别的得分由它在各词组里的词的概率相加而来。',
    'The text is put into the pattern, and the model guesses the word at `[MASK]`; the probabilities ' +
      "of a class's words, one from each group, are added up to its score.",
    '',
    ...table(header, rows),
    '',
    '句式 Patterns:',
    '',
    ...task.patterns.map((pattern) => `- ${code(pattern)}`),
    ...(guideline.trim() === '' ? [] : ['', '指南 Guideline:', '', ...quote(guideline)]),
  ])
}

const sources: Readonly<Record<Source, string>> = {
  human: '人工标注 labelled by hand',
  file: '来自文件 from a file',
  column: '来自数据列 from a column',
  approved: '批准的提案 approved proposals',
  corrected: '改正的提案 corrected proposals',
  audited: '审核里的回答 answered in audits',
  withdrawn: '已撤回 taken back since',
  accepted: '批量批准 approved in bulk',
  rejected: '不是这类 not this class',
}

function training(data: ModelCardData): string {
  const { task, provenance, texts, recipe, environment } = data
  const used = (Object.keys(sources) as Source[]).filter((source) =>
    provenance.some((one) => one.source === source),
  )
  const count = (id: string, source: Source) =>
    provenance.find((one) => one.class === id && one.source === source)?.count ?? 0
  const header = ['类别 Class', ...used.map((source) => sources[source])]
  const rows = task.classes.map(({ id, name }) => [
    name,
    ...used.map((source) => String(count(id, source))),
  ])
  return section('训练', 'Training', [
    `这一轮用了 ${texts.gold} 条标注、${texts.accepted} 条批量批准的提案和 ${texts.rejected} 条“不是这类”。` +
      `提案是之前某一轮的模型给出的类别。各类的来源如下。`,
    `This round was trained on labels (${texts.gold}), proposals approved in bulk (${texts.accepted}) ` +
      `and answers "not this class" (${texts.rejected}). A proposal is a class that an earlier ` +
      `round's model gave. Where they come from, class by class:`,
    '',
    ...table(header, rows),
    '',
    ...audits(data),
    `- 方法 Method: Fuzzy-PET`,
    `- 底座 Base model: SHA-256 \`${data.base}\``,
    `- 设置 Settings: ${recipeText(recipe)}; 走完的步数 steps done ${data.steps}; 最后的损失 final loss ${data.finalLoss.toFixed(4)}`,
    `- 种子 Seed: ${data.seed}; 温度 temperature: ${data.temperature}`,
    `- 设备与版本 Device and versions: ${environment.cpu}, ${environment.threads} 线程 threads, ${environment.provider}, onnxruntime ${environment.onnxruntime}, Node ${environment.node}`,
    `- 训练出的权重 Trained weights: SHA-256 \`${data.sha256}\``,
  ])
}

function audits({ audits }: ModelCardData): string[] {
  if (audits.length === 0) return []
  const header = [
    '审核 Audit',
    '提案 proposals',
    '样本 sample',
    '门槛 threshold',
    '精度与 95% 区间 precision and 95% interval',
    '结果 outcome',
  ]
  const rows = audits.map(({ population, n, threshold, state, precision }, i) => [
    String(i + 1),
    String(population),
    String(n),
    percent(threshold),
    proportion(precision),
    { open: '没有做完 open', passed: '通过 passed', failed: '没有通过 failed' }[state],
  ])
  return [
    '批量批准之前，先由人回答其中随机的一份样本，叫审核。精度是人与模型一致的比例，区间的下限到了门槛才算通过。',
    'Before proposals were approved in bulk, a person answered a random sample of them, an audit. Its ' +
      'precision is the share on which both agree; it passes when the low end of the interval reaches ' +
      'the threshold.',
    '',
    ...table(header, rows),
    '',
  ]
}

function figures({ heldOut }: ModelCardData): string {
  const { n, accuracy, macroF1, compared } = heldOut
  if (accuracy === null) {
    return section('效果', 'How good it is', [
      `不知道：留出集只标注了 ${n} 条，不够给出数字。`,
      `Not known: ${n} texts of the held-out set are labelled, too few for a figure.`,
    ])
  }
  const rows = [
    ['准确率 Accuracy', proportion(accuracy), 'Wilson'],
    ...(macroF1 ? [['宏平均 F1 Macro F1', estimate(macroF1), 'bootstrap']] : []),
  ]
  return section('效果', 'How good it is', [
    ...table(
      ['指标 Figure', '数值与 95% 区间 Value and 95% interval', '区间的算法 Interval by'],
      rows,
    ),
    '',
    `在 ${n} 条留出集文本上测得：训练之前随机抽出，从不用来训练。`,
    `Measured on ${n} held-out texts, drawn at random before any training and never trained on.`,
    ...(compared > 1
      ? [
          `这一轮是用这些文本比较 ${compared} 轮后选出的，所以数字略微偏高。`,
          `This round was chosen among ${compared} on these same texts, so the figure flatters a little.`,
        ]
      : []),
  ])
}

function parity({ parity }: ModelCardData): string {
  return section('导出后核对', 'Parity check', [
    '导出时，各运行环境回答同一批文本（项目里的，加上一些刁钻的），逐条与训练好的模型比较。',
    'During the export each runtime answered the same texts (those of the project and some awkward ' +
      'ones), and was compared with the trained model one by one.',
    '',
    ...parityTable(parity),
  ])
}

function parityTable(lines: readonly ParityLine[]): string[] {
  const outcomes = {
    agreed: '相同 same',
    notChecked: '没有核对 not checked',
    failed: '没有回答 failed',
  }
  const rows = lines.map(({ runtime, state, texts, worst, note }) => [
    runtime,
    outcomes[state],
    String(texts),
    worst === null ? '-' : worst.toExponential(1),
    note,
  ])
  return table(
    [
      '运行环境 Runtime',
      '结果 Outcome',
      '文本数 Texts',
      '最大差异 Largest difference',
      '比较了什么 What was compared',
    ],
    rows,
  )
}

function quantized(int8: NonNullable<ModelCardData['int8']>): string {
  const { bytes, milliseconds, same, heldOut, parity } = int8
  const megabytes = (size: number) => `${(size / 1e6).toFixed(1)} MB`
  const time = (ms: number) => `${ms.toFixed(2)} ms`
  const rows = [
    ['`onnx/model.onnx`', megabytes(bytes.float32), time(milliseconds.float32)],
    ['`onnx/model_quantized.onnx`', megabytes(bytes.int8), time(milliseconds.int8)],
  ]
  return section('int8', 'The int8 model', [
    '`onnx/model_quantized.onnx` 是同一个模型，权重存成 8 位整数。示例程序加上 `--int8`、transformers.js 用 ' +
      "`dtype: 'q8'` 就用它。一批文本的激活值共用一个比例，所以同一条文本在不同的批次里，分值的末几位会不同。",
    '`onnx/model_quantized.onnx` is the same model with weights of 8 bits. The programs take it with ' +
      "`--int8`, transformers.js with `dtype: 'q8'`. Activations of a batch share a scale, so the last " +
      'digits of a score depend on the batch that a text is in.',
    '',
    ...table(['文件 File', '大小 Size', '每条用时 Time per text'], rows),
    '',
    `- 与 float32 类别相同 Same class as float32: ${proportion(same)}`,
    heldOut === null
      ? '- 留出集上的差别没有测量 The difference on the held-out set was not measured'
      : `- 留出集准确率之差 Difference in held-out accuracy: ${difference(heldOut.accuracy)}, n = ${heldOut.n}`,
    '',
    ...parityTable(parity),
  ])
}

function limits({ task, modelMaxLength, temperature, heldOut, texts }: ModelCardData): string {
  const budget = task.kind === 'pair' ? (modelMaxLength - 3) / 2 : modelMaxLength - 2
  const items: [string, string][] = [
    [
      '只认识上面的类别：哪一类都不是的文本，也会得到其中一类。',
      'It knows the classes above only: a text of none of them still gets one.',
    ],
    [
      `最多读 ${budget} 个词元，后面的不参与判断。`,
      `It reads ${budget} tokens at most; the rest of a text has no say.`,
    ],
    [
      `训练只用了 ${texts.gold} 条标注；别处或别的时候的文本，效果可能更差。`,
      `It was trained on few labels (${texts.gold}); on texts from elsewhere or of another time it may do worse.`,
    ],
  ]
  if (temperature === 1) {
    items.push([
      '概率没有校准（温度为 1）：0.8 不等于十次里对八次。',
      'Its probabilities are not calibrated (temperature 1): 0.8 does not mean right 8 times in 10.',
    ])
  }
  if (heldOut.accuracy === null) {
    items.push(['效果没有测量过。', 'How good it is has not been measured.'])
  }
  return section(
    '局限',
    'Limits',
    items.flatMap(([zh, en]) => [`- ${zh}`, `  ${en}`]),
  )
}

function licence(): string {
  return section('许可', 'Licence', [
    '- 底座的许可也管着这个模型；转交之前，向底座的来源问清楚。',
    '  The licence of the base model holds for this one too: ask its source before you pass it on.',
    '- 训练用的文本不在这个文件夹里，权重却是由它们得来的。',
    '  The training texts are not in this folder, but the weights were made from them.',
    '',
  ])
}

function recipeText(recipe: Recipe): string {
  return Object.entries({ ...recipe, train: trainedText(recipe.train) })
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

function section(zh: string, en: string, lines: readonly string[]): string {
  return [`## ${zh} ${en}`, '', ...lines].join('\n')
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [row(header), `|${'---|'.repeat(header.length)}`, ...rows.map(row)]
}

function cell(text: string): string {
  return line(text).replaceAll('|', '\\|')
}

/** Text of the user's on one line. */
function line(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${line(text)}${fence}`
}

function quote(text: string): string[] {
  return text
    .trim()
    .split(/\r?\n/)
    .map((row) => `> ${row}`)
}

function percent(value: number): string {
  return `${share(value)}%`
}

function share(value: number): string {
  return (100 * value).toFixed(1)
}

function estimate({ value, low, high }: Estimate): string {
  return `${percent(value)} (${share(low)}–${share(high)})`
}

function proportion({ successes, n, ...figures }: Proportion): string {
  return `${estimate(figures)}, ${successes}/${n}`
}

/** Points of a hundred, with their interval. */
function difference({ value, low, high }: Estimate): string {
  return `${share(value)} (${share(low)} – ${share(high)})`
}
