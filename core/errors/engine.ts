import { entry } from './entry.ts'

export const engineErrors = {
  'bug.unexpected': entry<{ message: string }>(
    'bug',
    (d) =>
      `This was not done: the program made a mistake of its own (${d.message}). What was saved ` +
      `before is safe. Try again, and report it if it comes back.`,
    (d) =>
      `没有完成：程序自己出了错（${d.message}）。之前保存的都在。可以再试一次；再次出现时反馈给我们。`,
  ),
  'engine.shape': entry<{ op: string; expected: string; got: string }>(
    'bug',
    (d) =>
      `${d.op} was not computed: expected ${d.expected}, got ${d.got}. This is a mistake of the ` +
      `program: report it.`,
    (d) => `${d.op} 没有算出：应为 ${d.expected}，实为 ${d.got}。这是程序的错误，反馈给我们。`,
  ),
}
