import { entry } from './entry.ts'

export const modelErrors = {
  'model.damaged': entry<{ path: string; expected: string; got: string }>(
    'input',
    (d) =>
      `The model file ${d.path} is damaged: expected ${d.expected}, got ${d.got}. ` +
      `Copy it again from where it came from, or choose another base model.`,
    (d) =>
      `模型文件 ${d.path} 已损坏：应为 ${d.expected}，实为 ${d.got}。从来源重新复制，或换一个底座。`,
  ),
  'model.missing': entry<{ path: string }>(
    'input',
    (d) =>
      `There is no model at ${d.path}: config.json, vocab.txt and model.safetensors belong there. ` +
      `Choose another folder, or copy the model again.`,
    (d) =>
      `${d.path} 里没有模型：应有 config.json、vocab.txt 和 model.safetensors。另选文件夹，或重新复制模型。`,
  ),
  'model.cannotWrite': entry<{ path: string; reason: string }>(
    'environment',
    (d) =>
      `${d.path} could not be written (${d.reason}). What was saved before is unharmed. Make room on ` +
      `the disk or allow writing there, then go on.`,
    (d) =>
      `无法写入 ${d.path}（${d.reason}）。之前保存的没有受损。腾出磁盘空间或开放写入权限，然后继续。`,
  ),
  'model.vocabDuplicate': entry<{ token: string; line: number; first: number }>(
    'input',
    (d) =>
      `The vocabulary lists the token ${d.token} twice, on lines ${d.first} and ${d.line}: ` +
      `each token must stand once. Copy vocab.txt again from where the model came from.`,
    (d) =>
      `词表里的词元“${d.token}”出现了两次，在第 ${d.first} 行和第 ${d.line} 行；每个词元只能出现一次。` +
      `从模型的来源重新复制 vocab.txt。`,
  ),
  'model.vocabEmptyLine': entry<{ line: number }>(
    'input',
    (d) =>
      `Line ${d.line} of the vocabulary is empty: each line must hold one token. ` +
      `Copy vocab.txt again from where the model came from.`,
    (d) => `词表第 ${d.line} 行是空的，每行应有一个词元。从模型的来源重新复制 vocab.txt。`,
  ),
  'model.vocabMissing': entry<{ token: string }>(
    'input',
    (d) =>
      `The vocabulary lacks the token ${d.token}: a BERT vocabulary with [PAD], [UNK], [CLS], ` +
      `[SEP] and [MASK] is needed. Choose another base model.`,
    (d) =>
      `词表里没有词元 ${d.token}：需要含 [PAD]、[UNK]、[CLS]、[SEP]、[MASK] 的 BERT 词表。换一个底座。`,
  ),
}
