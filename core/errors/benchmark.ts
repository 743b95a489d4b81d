import { entry } from './entry.ts'

export const benchmarkErrors = {
  'benchmark.badLine': entry<{ task: string; line: number; expected: string; got: string }>(
    'input',
    (d) =>
      `Line ${d.line} is not a line of FewCLUE ${d.task}: expected ${d.expected}, got ${d.got}. ` +
      `Fetch the data set again.`,
    (d) =>
      `第 ${d.line} 行不是 FewCLUE ${d.task} 的数据：应为 ${d.expected}，实为 ${d.got}。重新获取数据集。`,
  ),
  'benchmark.unknownTask': entry<{ task: string; known: string[] }>(
    'input',
    (d) => `There is no evaluation for the task ${d.task}. Choose one of ${d.known.join(', ')}.`,
    (d) => `没有任务 ${d.task} 的评测。可选的有：${d.known.join('、')}。`,
  ),
  'benchmark.noFile': entry<{ path: string }>(
    'input',
    (d) =>
      `${d.path} cannot be read. Give the folder of one FewCLUE task, with train_0.json and so on.`,
    (d) => `无法读取 ${d.path}。应给出一个 FewCLUE 任务的文件夹，里面有 train_0.json 等文件。`,
  ),
}
