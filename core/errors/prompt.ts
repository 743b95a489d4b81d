import { entry } from './entry.ts'

/** Findings about a word: its group, its class and the word as written. */
type AboutWord = { group: string; class: string; word: string }
type AboutPattern = { pattern: string }

const percent = (share: number) => `${Math.round(share * 100)} %`

const wordErrors = {
  'word.empty': entry<{ group: string; class: string }>(
    'input',
    (d) =>
      `In the word group ${d.group}, the word for ${d.class} holds nothing that the model can read. ` +
      `Write a word of at least one character.`,
    (d) => `词组“${d.group}”中类别“${d.class}”的词没有模型可读的内容。请至少填写一个字。`,
  ),
  'word.unknown': entry<AboutWord & { characters: readonly string[] }>(
    'input',
    (d) =>
      `The model cannot spell the word ${d.word} (group ${d.group}, class ${d.class}): its ` +
      `vocabulary lacks ${d.characters.join(', ')}. Choose a word of known characters.`,
    (d) =>
      `模型无法拼写“${d.word}”（词组“${d.group}”，类别“${d.class}”）：词表中没有 ` +
      `${d.characters.join('、')}。请换用由已知字组成的词。`,
  ),
  'word.special': entry<AboutWord & { token: string }>(
    'input',
    (d) =>
      `The word ${d.word} (group ${d.group}, class ${d.class}) holds ${d.token}, which is a sign of ` +
      `the model's own. Leave it out.`,
    (d) =>
      `“${d.word}”（词组“${d.group}”，类别“${d.class}”）中含有模型的专用标记 ${d.token}，请去掉。`,
  ),
  'word.shared': entry<{ uses: readonly AboutWord[] }>(
    'input',
    (d) =>
      `Different classes share one word: ` +
      d.uses.map((use) => `${use.word} (group ${use.group}, class ${use.class})`).join(', ') +
      `. The model cannot tell them apart: give each class words of its own, in all groups.`,
    (d) =>
      `不同类别使用了同一个词：` +
      d.uses.map((use) => `“${use.word}”（词组“${use.group}”，类别“${use.class}”）`).join('、') +
      `。模型无法区分：请让每个类别在所有词组中都使用自己的词。`,
  ),
  'word.repeated': entry<{ class: string; word: string; groups: readonly string[] }>(
    'input',
    (d) =>
      `The class ${d.class} has the word ${d.word} in several groups: ${d.groups.join(', ')}. ` +
      `It counts several times; another word would add more.`,
    (d) =>
      `类别“${d.class}”在多个词组（${d.groups.join('、')}）中使用了同一个词“${d.word}”。` +
      `它会被重复计算，换一个词更有帮助。`,
  ),
  'word.unequal': entry<{
    group: string
    words: readonly { class: string; word: string; tokens: number }[]
  }>(
    'input',
    (d) =>
      `The words of group ${d.group} differ in length: ` +
      d.words.map((word) => `${word.word} (${word.class}) has ${word.tokens}`).join(', ') +
      `. All words of a group need the same number of tokens, or short words always win.`,
    (d) =>
      `词组“${d.group}”中的词长度不同：` +
      d.words.map((word) => `“${word.word}”（${word.class}）为 ${word.tokens}`).join('，') +
      `。同一词组的词必须有相同的词元数，否则短词总会胜出。`,
  ),
  'word.lengths': entry<{ groups: readonly { group: string; tokens: number }[] }>(
    'input',
    (d) =>
      `The word groups differ in length: ` +
      d.groups.map((group) => `${group.group} has ${group.tokens} tokens`).join(', ') +
      `. Each length costs a forward pass of its own; words of one length are faster.`,
    (d) =>
      `各词组的词长不同：` +
      d.groups.map((group) => `“${group.group}”为 ${group.tokens} 个词元`).join('，') +
      `。每种长度都要单独计算一遍；统一长度会更快。`,
  ),
  'word.sharedCharacter': entry<{
    class: string
    words: readonly string[]
    characters: readonly string[]
    attainable: number
    distinct: number
  }>(
    'input',
    (d) =>
      `The words of ${d.class} (${d.words.join(', ')}) share ${d.characters.join(', ')} at the same ` +
      `place: their summed score can reach ${percent(d.attainable)}, that of words without a shared ` +
      `character ${percent(d.distinct)}. Scores are corrected for it; distinct words are safer.`,
    (d) =>
      `类别“${d.class}”的词（${d.words.join('、')}）在同一位置共用了 ${d.characters.join('、')}：` +
      `总分最高可达 ${percent(d.attainable)}，不共用字的词为 ${percent(d.distinct)}。` +
      `评分时会校正，但各不相同的词更稳妥。`,
  ),
  'word.lowAttainable': entry<{ class: string; words: readonly string[]; attainable: number }>(
    'input',
    (d) =>
      `The words of ${d.class} (${d.words.join(', ')}) can reach ${percent(d.attainable)} of the full ` +
      `score together, because each mask is guessed alone. Use fewer groups or shorter words.`,
    (d) =>
      `类别“${d.class}”的词（${d.words.join('、')}）合计最多只能达到满分的 ${percent(d.attainable)}，` +
      `因为每个 [MASK] 是单独预测的。请减少词组或使用更短的词。`,
  ),
}

const patternErrors = {
  'pattern.noText': entry<AboutPattern>(
    'input',
    (d) => `The pattern "${d.pattern}" has no place for the text. Write {a} where the text goes.`,
    (d) => `句式“${d.pattern}”中没有文本的位置。请在放置文本处写 {a}。`,
  ),
  'pattern.noSecondText': entry<AboutPattern>(
    'input',
    (d) =>
      `The task has pairs of texts, but the pattern "${d.pattern}" has no place for the second. ` +
      `Write {b} where it goes.`,
    (d) => `本任务的文本是成对的，但句式“${d.pattern}”中没有第二个文本的位置。请在放置处写 {b}。`,
  ),
  'pattern.secondText': entry<AboutPattern>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has a place for a second text, but the task has single texts. ` +
      `Leave {b} out, or make it a task of pairs.`,
    (d) =>
      `句式“${d.pattern}”中有第二个文本的位置，但本任务只有单个文本。请去掉 {b}，或改为成对任务。`,
  ),
  'pattern.repeatedText': entry<AboutPattern & { slot: string; count: number }>(
    'input',
    (d) => `The pattern "${d.pattern}" has {${d.slot}} ${d.count} times. Each text can stand once.`,
    (d) => `句式“${d.pattern}”中 {${d.slot}} 出现了 ${d.count} 次。每个文本只能出现一次。`,
  ),
  'pattern.placeholder': entry<AboutPattern & { name: string }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has {${d.name}}, which stands for nothing. ` +
      `Write {a} for the text and {b} for the second text of a pair.`,
    (d) => `句式“${d.pattern}”中的 {${d.name}} 没有含义。请用 {a} 表示文本，{b} 表示第二个文本。`,
  ),
  'pattern.noMask': entry<AboutPattern>(
    'input',
    (d) => `The pattern "${d.pattern}" has no [MASK]. Write it where the word of the class goes.`,
    (d) => `句式“${d.pattern}”中没有 [MASK]。请在类别词的位置写 [MASK]。`,
  ),
  'pattern.twoMasks': entry<AboutPattern & { runs: number }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has [MASK] in ${d.runs} places, but there is one word to fill in. ` +
      `Keep one place.`,
    (d) => `句式“${d.pattern}”中有 ${d.runs} 处 [MASK]，但只需填一个词。请只保留一处。`,
  ),
  'pattern.maskCount': entry<AboutPattern & { written: number; tokens: readonly number[] }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has ${d.written} [MASK], the words have ${d.tokens.join(' or ')} ` +
      `tokens. The words decide: one [MASK] is enough.`,
    (d) =>
      `句式“${d.pattern}”中有 ${d.written} 个 [MASK]，而词的长度为 ${d.tokens.join(' 或 ')} 个词元。` +
      `以词的长度为准，写一个 [MASK] 即可。`,
  ),
  'pattern.special': entry<AboutPattern & { token: string }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" holds ${d.token}, which the program sets by itself. Leave it out.`,
    (d) => `句式“${d.pattern}”中含有 ${d.token}，该标记由程序自动添加，请去掉。`,
  ),
  'pattern.unknown': entry<AboutPattern & { characters: readonly string[] }>(
    'input',
    (d) =>
      `The model does not know ${d.characters.join(', ')} in the pattern "${d.pattern}" and reads ` +
      `[UNK] there. Other wording would tell it more.`,
    (d) =>
      `句式“${d.pattern}”中的 ${d.characters.join('、')} 不在模型词表中，会被读作 [UNK]。换一种写法更好。`,
  ),
  'pattern.tooLong': entry<AboutPattern & { tokens: number; maximum: number }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" takes ${d.tokens} tokens, at most ${d.maximum} leave room for the ` +
      `text in this model. Shorten it.`,
    (d) =>
      `句式“${d.pattern}”占 ${d.tokens} 个词元；为给文本留出位置，此模型最多允许 ${d.maximum} 个。请缩短句式。`,
  ),
}

export const promptErrors = { ...wordErrors, ...patternErrors }
