import { entry } from './entry.ts'

export const benchmarkErrors = {
  'benchmark.badLine': entry<{ task: string; line: number; expected: string; got: string }>(
    'input',
    (d) =>
      `Line ${d.line} is not a line of FewCLUE ${d.task}: expected ${d.expected}, got ${d.got}. ` +
      `Fetch the data set again.`,
    (d) =>
      `第 ${d.line} 行不是 FewCLUE ${d.task} 的数据：应为 ${d.expected}，实为 ${d.got}。请重新获取数据集。`,
  ),
}
