import { entry } from './entry.ts'

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
