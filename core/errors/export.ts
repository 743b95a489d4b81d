import { entry } from './entry.ts'

export const exportErrors = {
  'export.folderExists': entry<{ folder: string }>(
    'input',
    (d) => `${d.folder} already exists. Choose another folder; nothing was overwritten.`,
    (d) => `${d.folder} 已存在。请另选文件夹；没有覆盖任何内容。`,
  ),
  'export.cannotWrite': entry<{ folder: string; reason: string }>(
    'environment',
    (d) =>
      `The export to ${d.folder} could not be written (${d.reason}) and was removed again. ` +
      `Check the free space and the permissions there, or choose another folder.`,
    (d) =>
      `无法将导出写入 ${d.folder}（${d.reason}），未完成的文件已删除。请检查该处的剩余空间和权限，或另选文件夹。`,
  ),
  'export.parity': entry<{ runtime: string; text: string; limit: number; got: number }>(
    'bug',
    (d) =>
      `The exported model does not answer as the trained one: with ${d.runtime}, expected a ` +
      `difference of at most ${d.limit}, got ${d.got} for the text "${d.text}". Nothing was ` +
      `exported. Please report this text.`,
    (d) =>
      `导出的模型与训练好的模型结果不一致：在 ${d.runtime} 中，差异应不超过 ${d.limit}，` +
      `文本“${d.text}”的差异为 ${d.got}。未导出任何内容。请反馈这条文本。`,
  ),
  'export.notAnExport': entry<{ folder: string; file: string }>(
    'input',
    (d) =>
      `${d.folder} is not a whole exported model: ${d.file} is missing. Give the folder that the ` +
      `export wrote, or copy it again.`,
    (d) => `${d.folder} 不是完整的导出模型：缺少 ${d.file}。请指定导出时生成的文件夹，或重新复制。`,
  ),
  'export.damaged': entry<{ path: string; expected: string; got: string }>(
    'input',
    (d) =>
      `The exported file ${d.path} is damaged: expected ${d.expected}, got ${d.got}. ` +
      `Copy the folder again, or export the model again.`,
    (d) =>
      `导出文件 ${d.path} 已损坏：应为 ${d.expected}，实为 ${d.got}。请重新复制该文件夹，或重新导出模型。`,
  ),
  'export.needsPair': entry<{ text: number }>(
    'input',
    (d) =>
      `This model compares two texts, and text ${d.text} has only one. Name the column of the ` +
      `second text.`,
    (d) => `该模型比较两段文本，而第 ${d.text} 条只有一段。请指定第二段文本所在的列。`,
  ),
  'export.needsSingle': entry<{ text: number }>(
    'input',
    (d) =>
      `This model takes one text at a time, and text ${d.text} has two. Leave out the second ` +
      `column.`,
    (d) => `该模型每次只接受一段文本，而第 ${d.text} 条有两段。请去掉第二列。`,
  ),
}
