import { int8Gate, fewestInt8Texts } from '../int8.ts'
import { entry } from './entry.ts'

export interface Int8Refusal {
  readonly same: number
  readonly n: number
  /** Ends of the 95 % interval of the share, 0 to 1. */
  readonly low: number
  readonly high: number
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`
const shares = ({ low, high }: Int8Refusal) => `${percent(low)}–${percent(high)}`

export const exportErrors = {
  'export.folderExists': entry<{ folder: string }>(
    'input',
    (d) =>
      `Nothing was exported: ${d.folder} already exists, and nothing was overwritten. Choose a new ` +
      `or an empty folder.`,
    (d) => `没有导出：${d.folder} 已存在，里面的内容没有改动。另选一个新的或空的文件夹。`,
  ),
  'export.cannotWrite': entry<{ folder: string; reason: string }>(
    'environment',
    (d) =>
      `The export to ${d.folder} could not be written (${d.reason}) and was removed again. ` +
      `Check the free space and the permissions there, or choose another folder.`,
    (d) =>
      `没有导出：无法写入 ${d.folder}（${d.reason}），写到一半的文件已删除。检查那里的剩余空间和权限，或另选文件夹。`,
  ),
  'export.parity': entry<{ runtime: string; text: string; limit: number; got: number }>(
    'bug',
    (d) =>
      `Nothing was exported: with ${d.runtime}, the exported model answers otherwise than the ` +
      `trained one. Expected a difference of at most ${d.limit}, got ${d.got} for the text ` +
      `"${d.text}". Report this text.`,
    (d) =>
      `没有导出：在 ${d.runtime} 中，导出的模型与训练好的模型回答不同。差异最多应为 ${d.limit}，` +
      `文本“${d.text}”的差异为 ${d.got}。把这条文本反馈给我们。`,
  ),
  'export.int8Differs': entry<Int8Refusal>(
    'input',
    (d) =>
      `Nothing was exported: the int8 model does not agree enough with the float32 one. It gave the ` +
      `same class for ${d.same} of ${d.n} texts (95 % interval ${shares(d)}), and the lower end must ` +
      `be ${percent(int8Gate.agreement)} at least. Export without int8.`,
    (d) =>
      `没有导出：int8 模型与 float32 模型不够一致。${d.n} 条文本里 ${d.same} 条类别相同` +
      `（95% 区间 ${shares(d)}），下限至少应为 ${percent(int8Gate.agreement)}。不带 int8 导出。`,
  ),
  'export.int8TooFew': entry<Int8Refusal>(
    'input',
    (d) =>
      `Nothing was exported: there are not enough texts to tell whether int8 answers the same. It gave ` +
      `the same class for ${d.same} of ${d.n} texts (95 % interval ${shares(d)}); ` +
      `${fewestInt8Texts()} or more are needed. Import more texts, or export without int8.`,
    (d) =>
      `没有导出：文本不够，看不出 int8 的回答是否相同。${d.n} 条文本里 ${d.same} 条类别相同` +
      `（95% 区间 ${shares(d)}），至少要 ${fewestInt8Texts()} 条。导入更多文本，或不带 int8 导出。`,
  ),
  'export.noInt8': entry<{ folder: string }>(
    'input',
    (d) =>
      `${d.folder} has no int8 model. Answer with its float32 model, or export the round again with ` +
      `int8.`,
    (d) => `${d.folder} 里没有 int8 模型。改用 float32 模型回答，或带上 int8 重新导出。`,
  ),
  'export.notAnExport': entry<{ folder: string; file: string }>(
    'input',
    (d) =>
      `${d.folder} is not a whole exported model: ${d.file} is missing. Give the folder that the ` +
      `export wrote, or copy it again.`,
    (d) =>
      `${d.folder} 不是完整的导出模型：缺少 ${d.file}。选择导出时写成的文件夹，或重新复制一份。`,
  ),
  'export.damaged': entry<{ path: string; expected: string; got: string }>(
    'input',
    (d) =>
      `The exported file ${d.path} is damaged: expected ${d.expected}, got ${d.got}. ` +
      `Copy the folder again, or export the model again.`,
    (d) =>
      `导出的文件 ${d.path} 已损坏：应为 ${d.expected}，实为 ${d.got}。重新复制这个文件夹，或重新导出。`,
  ),
  'export.needsPair': entry<{ text: number }>(
    'input',
    (d) =>
      `Nothing was classified: this model compares two texts, and text ${d.text} has only one. Name ` +
      `the column of the second text.`,
    (d) => `没有分类：这个模型比较两段文本，而第 ${d.text} 条只有一段。指定第二段文本所在的列。`,
  ),
  'export.needsSingle': entry<{ text: number }>(
    'input',
    (d) =>
      `Nothing was classified: this model takes one text at a time, and text ${d.text} has two. ` +
      `Leave out the second column.`,
    (d) => `没有分类：这个模型一次只看一段文本，而第 ${d.text} 条有两段。去掉第二段文本的列。`,
  ),
}
