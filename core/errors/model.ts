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
      `There is no model at ${d.path}: config.json, vocab.txt or tokenizer.json, and ` +
      `model.safetensors belong there. Choose another folder, or copy the model again.`,
    (d) =>
      `${d.path} 里没有模型：应有 config.json、vocab.txt 或 tokenizer.json，以及 model.safetensors。` +
      `另选文件夹，或重新复制模型。`,
  ),
  'model.unsupported': entry<{ path: string; field: string; expected: string; got: string }>(
    'input',
    (d) =>
      `The model cannot be used: in ${d.path}, ${d.field} is ${d.got}, and this program knows ` +
      `${d.expected}. Choose a BERT, RoBERTa-wwm or ALBERT model with the vocabulary of a BERT tokenizer.`,
    (d) =>
      `这个模型不能用：${d.path} 里的 ${d.field} 是 ${d.got}，程序只认 ${d.expected}。` +
      `换一个 BERT、RoBERTa-wwm 或 ALBERT 模型，词表须是 BERT 分词器的。`,
  ),
  'model.notSafetensors': entry<{ path: string }>(
    'input',
    (d) =>
      `The weights were not read: expected model.safetensors, got ${d.path}. Files of that kind can ` +
      `run code when they are opened. If you trust its source, convert it in Python with ` +
      `AutoModelForMaskedLM.from_pretrained("FOLDER").save_pretrained("FOLDER", safe_serialization=True).`,
    (d) =>
      `没有读取权重：应为 model.safetensors，实为 ${d.path}。这类文件打开时可能执行代码。` +
      `信得过来源的话，在 Python 里转换：AutoModelForMaskedLM.from_pretrained("FOLDER")` +
      `.save_pretrained("FOLDER", safe_serialization=True)。`,
  ),
  'model.noHead': entry<{ path: string; tensor: string }>(
    'input',
    (d) =>
      `${d.path} has an encoder without its masked-LM head (no ${d.tensor}). Words are scored by that ` +
      `head, and one made anew knows none. Choose a model that was saved with it, in transformers as ` +
      `BertForMaskedLM, BertForPreTraining or AlbertForMaskedLM.`,
    (d) =>
      `${d.path} 只有编码器，缺掩码语言模型头（没有 ${d.tensor}）。程序靠它给词打分，新建的头一个词也不认得。` +
      `换一个带头保存的模型，即 transformers 的 BertForMaskedLM、BertForPreTraining 或 AlbertForMaskedLM。`,
  ),
  'model.badName': entry<{ name: string }>(
    'input',
    (d) =>
      `The base model was not added: expected a name of letters, digits, ".", "_" and "-" that begins ` +
      `and ends with a letter or digit and is none of the program's own, got ${d.name}. Choose another.`,
    (d) =>
      `没有添加底座：名称应由文字、数字、“.”“_”“-”组成，以文字或数字开头和结尾，且不与自带的重名，` +
      `实为“${d.name}”。另取一个名称。`,
  ),
  'model.nameTaken': entry<{ name: string }>(
    'input',
    (d) =>
      `The base model was not added: there is one called ${d.name} already. Choose another name, or ` +
      `remove that one first.`,
    (d) => `没有添加底座：已有名为“${d.name}”的。另取一个名称，或先移除它。`,
  ),
  'model.unknownName': entry<{ name: string; known: readonly string[] }>(
    'input',
    (d) =>
      `There is no base model called ${d.name} that was added here; there ` +
      `${d.known.length === 0 ? 'is none' : `are ${d.known.join(', ')}`}. Choose one of these.`,
    (d) =>
      `这里没有添加过名为“${d.name}”的底座；` +
      `${d.known.length === 0 ? '一个也没有' : `已有${d.known.map((one) => `“${one}”`).join('、')}`}。` +
      `从这些里选。`,
  ),
  'model.noPlace': entry<Record<string, never>>(
    'environment',
    () => `Base models cannot be added here: this shell keeps no settings. Use another one.`,
    () => `这里不能添加底座：当前界面不保存设置。换一个界面。`,
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
