import { entry } from './entry.ts'

export const modelErrors = {
  'model.damaged': entry<{ path: string; expected: string; got: string }>(
    'input',
    (d) =>
      `The model file ${d.path} is damaged: expected ${d.expected}, got ${d.got}. ` +
      `Copy it again from where it came from, or choose another base model.`,
    (d) =>
      `模型文件 ${d.path} 已损坏：应为 ${d.expected}，实为 ${d.got}。请重新复制该文件，或另选基础模型。`,
  ),
  'model.missing': entry<{ path: string }>(
    'input',
    (d) =>
      `There is no model at ${d.path}: config.json, vocab.txt and model.safetensors belong there.`,
    (d) => `${d.path} 中没有模型：应有 config.json、vocab.txt 和 model.safetensors。`,
  ),
}
