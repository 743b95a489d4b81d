import { entry } from './entry.ts'

export const engineErrors = {
  'bug.unexpected': entry<{ message: string }>(
    'bug',
    (d) => `Something went wrong inside the program: ${d.message}`,
    (d) => `程序内部出错：${d.message}`,
  ),
  'engine.shape': entry<{ op: string; expected: string; got: string }>(
    'bug',
    (d) => `${d.op}: expected ${d.expected}, got ${d.got}`,
    (d) => `${d.op}：应为 ${d.expected}，实为 ${d.got}`,
  ),
}
