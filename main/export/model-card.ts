import type { Environment, ParityLine, Recipe } from '../../core/job.ts'
import type { Proportion } from '../../core/project.ts'
import type { Audit, Estimate, RunTexts } from '../../core/records.ts'
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
  const [zh, en] = task.kind === 'pair' ? ['文本对分类模型', 'text pair'] : ['文本分类模型', 'text']
  return (
    `${zh}，共 ${task.classes.length} 类，由 ${program} 于 ${date} 从第 ${round} 轮导出。` +
    `无需原程序、基础模型或模板代码，可离线运行。\n\n` +
    `A ${en} classifier with ${task.classes.length} classes, exported by ${program} on ${date} from ` +
    `round ${round}. It runs offline, without that program, the base model or any template code.`
  )
}

function usage({ task, modelMaxLength }: ModelCardData): string {
  const pair = task.kind === 'pair'
  const input = pair ? '`[CLS] a [SEP] b [SEP]`' : '`[CLS] text [SEP]`'
  return section('使用方法', 'How to use it', [
    '```sh',
    'npm install onnxruntime-node @huggingface/tokenizers && node snippets/predict.mjs',
    'npm install @huggingface/transformers && node snippets/pipeline.mjs',
    'pip install onnxruntime tokenizers numpy && python snippets/predict.py',
    'sha256sum -c SHA256SUMS',
    '```',
    '',
    `- 输入 Inputs: \`input_ids\`, \`attention_mask\`, int64 [B, T], ${input}`,
    '- 输出 Output: `logits`, float32 [B, C]; softmax 即类别概率 its softmax is the class probability',
    `- 分词 Tokenizer: \`tokenizer.json\`, \`model_max_length\` = ${modelMaxLength}`,
    '- 可继续训练的权重 Trainable weights: `mlm/` (`BertForMaskedLM`)',
    '- 模板与词组 Patterns and word groups: `pattern.json`',
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
    ...table(header, rows),
    '',
    '模板 Patterns:',
    '',
    ...task.patterns.map((pattern) => `- ${code(pattern)}`),
    ...(guideline.trim() === '' ? [] : ['', '标注说明 Guideline:', '', ...quote(guideline)]),
  ])
}

const sources: Readonly<Record<Source, string>> = {
  human: '人工标注 by hand',
  file: '答案文件 from a file',
  column: '数据列 from a column',
  approved: '批准的建议 approved proposals',
  corrected: '更正的建议 corrected proposals',
  audited: '抽检 audited',
  withdrawn: '已撤回 taken back since',
  accepted: '批量接受 accepted in bulk',
  rejected: '否定 "not this class"',
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
    `本轮使用 ${texts.gold} 条人工标签、${texts.accepted} 条批量接受的模型建议和 ${texts.rejected} 条否定。`,
    `This run used ${texts.gold} labels by people, ${texts.accepted} proposals accepted in bulk and ` +
      `${texts.rejected} rejections.`,
    '',
    ...table(header, rows),
    '',
    ...audits(data),
    `- 方法 Method: Fuzzy-PET, 词组概率求和 summed word-group probabilities`,
    `- 基础模型 Base model: SHA-256 \`${data.base}\``,
    `- 超参数 Hyper-parameters: ${recipeText(recipe)}; 完成步数 steps done ${data.steps}; 最终损失 final loss ${data.finalLoss.toFixed(4)}`,
    `- 随机种子 Seed: ${data.seed}; 温度 temperature: ${data.temperature}`,
    `- 环境 Hardware and versions: ${environment.cpu}, ${environment.threads} threads, ${environment.provider}, onnxruntime ${environment.onnxruntime}, Node ${environment.node}`,
    `- 训练所得权重 Trained weights: SHA-256 \`${data.sha256}\``,
  ])
}

function audits({ audits }: ModelCardData): string[] {
  if (audits.length === 0) return []
  const header = [
    '抽检 Audit',
    '范围 of',
    '样本 sample',
    '要求 wanted',
    '准确率 precision',
    '结果 outcome',
  ]
  const rows = audits.map(({ population, n, threshold, state, precision }, i) => [
    String(i + 1),
    String(population),
    String(n),
    percent(threshold),
    proportion(precision),
    { open: '未完成 open', passed: '通过 passed', failed: '未通过 failed' }[state],
  ])
  return [...table(header, rows), '']
}

function figures({ heldOut }: ModelCardData): string {
  const { n, accuracy, macroF1, compared } = heldOut
  if (accuracy === null) {
    return section('效果', 'How good it is', [
      `未知：只有 ${n} 条留出文本有标签，不足以给出数字。`,
      `Not known: only ${n} held-out texts have labels, too few for a figure.`,
    ])
  }
  const rows = [
    ['准确率 Accuracy', proportion(accuracy), 'Wilson'],
    ...(macroF1 ? [['宏平均 F1 Macro F1', estimate(macroF1), 'bootstrap']] : []),
  ]
  return section('效果', 'How good it is', [
    ...table(['指标 Figure', '值与 95 % 区间 Value and 95 % interval', '区间 Interval'], rows),
    '',
    `在训练前随机抽出的 ${n} 条留出文本上测得；这些文本未用于训练。`,
    `Measured on ${n} held-out texts, drawn at random before any training and never trained on.`,
    ...(compared > 1
      ? [
          `本轮是在这些文本上比较 ${compared} 轮后选出的，因此数值略偏乐观。`,
          `This round was chosen among ${compared} on these same texts, so the figure flatters a little.`,
        ]
      : []),
  ])
}

function parity({ parity }: ModelCardData): string {
  const rows = parity.map(({ runtime, texts, worst, note }) => [
    runtime,
    String(texts),
    worst === null ? '-' : worst.toExponential(1),
    note,
  ])
  return section('一致性检查', 'Parity with the trained model', [
    ...table(
      ['运行环境 Runtime', '文本数 Texts', '最大差异 Largest difference', '说明 Note'],
      rows,
    ),
  ])
}

function limits({ task, modelMaxLength, temperature, heldOut, texts }: ModelCardData): string {
  const budget = task.kind === 'pair' ? (modelMaxLength - 3) / 2 : modelMaxLength - 2
  const items: [string, string][] = [
    [
      '只认识上表中的类别：不属于任何一类的文本也会得到其中一类。',
      'It knows the classes above only: a text of none of them still gets one.',
    ],
    [
      `每次最多读取 ${budget} 个词元，其余部分不参与判断。`,
      `It reads ${budget} tokens at most; the rest of a text has no say.`,
    ],
    [
      `仅用 ${texts.gold} 条人工标签训练；换了来源或时间的文本，效果可能不同。`,
      `It was trained on ${texts.gold} labels by people; on texts from elsewhere or of another time it may do worse.`,
    ],
  ]
  if (temperature === 1) {
    items.push([
      '概率未经校准（温度为 1）。',
      'Its probabilities are not calibrated (temperature 1).',
    ])
  }
  if (heldOut.accuracy === null) {
    items.push(['效果未经测量。', 'How good it is has not been measured.'])
  }
  return section(
    '局限',
    'Limits',
    items.flatMap(([zh, en]) => [`- ${zh}`, `  ${en}`]),
  )
}

function licence(): string {
  return section('许可', 'Licence', [
    '- 基础模型的许可同样适用于本模型；转交前请向其来源确认。',
    '  The licence of the base model holds for this one too: ask its source before you pass it on.',
    '- 训练文本不在本文件夹中，但权重由其得出。',
    '  The training texts are not in this folder, but the weights were made from them.',
    '',
  ])
}

function recipeText(recipe: Recipe): string {
  return Object.entries(recipe)
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
  return `${(100 * value).toFixed(1)} %`
}

function estimate({ value, low, high }: Estimate): string {
  return `${percent(value)} (${percent(low)} – ${percent(high)})`
}

function proportion({ successes, n, ...figures }: Proportion): string {
  return `${estimate(figures)}, ${successes}/${n}`
}
