import { entry, percent } from './entry.ts'

/** Findings about a word: its group, its class and the word as written. */
type AboutWord = { group: string; class: string; word: string }
type AboutPattern = { pattern: string }

const whole = (share: number) => percent(share, 0)

const wordErrors = {
  'word.empty': entry<{ group: string; class: string }>(
    'input',
    (d) =>
      `In the word group ${d.group}, the word for ${d.class} holds nothing that the model can read. ` +
      `Write a word of at least one character.`,
    (d) => `词组“${d.group}”中类别“${d.class}”的词里没有模型能读的内容。至少写一个字。`,
  ),
  'word.unknown': entry<AboutWord & { characters: readonly string[] }>(
    'input',
    (d) =>
      `The model cannot spell the word ${d.word} (group ${d.group}, class ${d.class}): its ` +
      `vocabulary lacks ${d.characters.join(', ')}. Choose a word of known characters.`,
    (d) =>
      `模型拼不出“${d.word}”（词组“${d.group}”，类别“${d.class}”）：词表里没有 ` +
      `${d.characters.join('、')}。换一个由它认识的字组成的词。`,
  ),
  'word.special': entry<AboutWord & { token: string }>(
    'input',
    (d) =>
      `The word ${d.word} (group ${d.group}, class ${d.class}) holds ${d.token}, which is a sign of ` +
      `the model's own. Leave it out.`,
    (d) =>
      `“${d.word}”（词组“${d.group}”，类别“${d.class}”）里有模型专用的标记 ${d.token}。去掉它。`,
  ),
  'word.shared': entry<{ uses: readonly AboutWord[] }>(
    'input',
    (d) =>
      `Different classes share one word: ` +
      d.uses.map((use) => `${use.word} (group ${use.group}, class ${use.class})`).join(', ') +
      `. The model cannot tell them apart: give each class words of its own, in all groups.`,
    (d) =>
      `不同的类别用了同一个词：` +
      d.uses.map((use) => `“${use.word}”（词组“${use.group}”，类别“${use.class}”）`).join('、') +
      `。模型分不开它们：在所有词组里，每个类别都要用自己的词。`,
  ),
  'word.repeated': entry<{ class: string; word: string; groups: readonly string[] }>(
    'input',
    (d) =>
      `The class ${d.class} has the word ${d.word} in several groups: ${d.groups.join(', ')}. ` +
      `It counts several times; another word would add more.`,
    (d) =>
      `类别“${d.class}”在多个词组（${d.groups.join('、')}）里用了同一个词“${d.word}”。` +
      `它会重复计算，换一个词更有用。`,
  ),
  'word.unequal': entry<{
    group: string
    words: readonly { class: string; word: string; tokens: number }[]
  }>(
    'input',
    (d) =>
      `The words of group ${d.group} differ in length: ` +
      d.words.map((word) => `${word.word} (${word.class}) has ${word.tokens}`).join(', ') +
      `. All words of a group need the same number of tokens, or short words always win. Choose words of ` +
      `one length.`,
    (d) =>
      `词组“${d.group}”里的词长短不一：` +
      d.words.map((word) => `“${word.word}”（${word.class}）有 ${word.tokens} 个词元`).join('，') +
      `。同一词组的词必须有相同的词元数，否则短词总会赢。改成一样长的词。`,
  ),
  'word.lengths': entry<{ groups: readonly { group: string; tokens: number }[] }>(
    'input',
    (d) =>
      `The word groups differ in length: ` +
      d.groups.map((group) => `${group.group} has ${group.tokens} tokens`).join(', ') +
      `. Each length costs a forward pass of its own; words of one length are faster.`,
    (d) =>
      `各词组的词长短不一：` +
      d.groups.map((group) => `“${group.group}”有 ${group.tokens} 个词元`).join('，') +
      `。每种长度都要单独算一遍；长度一致会更快。`,
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
      `place: their summed score can reach ${whole(d.attainable)}, that of words without a shared ` +
      `character ${whole(d.distinct)}. Scores are corrected for it; distinct words are safer.`,
    (d) =>
      `类别“${d.class}”的词（${d.words.join('、')}）在同一位置共用了 ${d.characters.join('、')}：` +
      `合计的得分最多能到 ${whole(d.attainable)}，不共用字的词能到 ${whole(d.distinct)}。` +
      `得分会按此校正；各用不同的字更稳妥。`,
  ),
  'word.lowAttainable': entry<{ class: string; words: readonly string[]; attainable: number }>(
    'input',
    (d) =>
      `The words of ${d.class} (${d.words.join(', ')}) can reach ${whole(d.attainable)} of the full ` +
      `score together, because each mask is guessed alone. Use fewer groups or shorter words.`,
    (d) =>
      `类别“${d.class}”的词（${d.words.join('、')}）合计最多只能到满分的 ${whole(d.attainable)}，` +
      `因为每个空位是分开猜的。减少词组，或用更短的词。`,
  ),
}

const patternErrors = {
  'pattern.noText': entry<AboutPattern>(
    'input',
    (d) => `The pattern "${d.pattern}" has no place for the text. Write {a} where the text goes.`,
    (d) => `句式“${d.pattern}”里没有放文本的地方。在那里写 {a}。`,
  ),
  'pattern.noSecondText': entry<AboutPattern>(
    'input',
    (d) =>
      `The task has pairs of texts, but the pattern "${d.pattern}" has no place for the second. ` +
      `Write {b} where it goes.`,
    (d) => `任务用的是文本对，句式“${d.pattern}”里却没有放第二段文本的地方。在那里写 {b}。`,
  ),
  'pattern.secondText': entry<AboutPattern>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has a place for a second text, but the task has single texts. ` +
      `Leave {b} out, or make it a task of pairs.`,
    (d) =>
      `句式“${d.pattern}”里有放第二段文本的地方，任务用的却是单段文本。去掉 {b}，或改成文本对的任务。`,
  ),
  'pattern.repeatedText': entry<AboutPattern & { slot: string; count: number }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has {${d.slot}} ${d.count} times. Each text can stand once: keep one.`,
    (d) =>
      `句式“${d.pattern}”里 {${d.slot}} 出现了 ${d.count} 次，每段文本只能出现一次。只留一处。`,
  ),
  'pattern.placeholder': entry<AboutPattern & { name: string }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has {${d.name}}, which stands for nothing. ` +
      `Write {a} for the text and {b} for the second text of a pair.`,
    (d) =>
      `句式“${d.pattern}”里的 {${d.name}} 没有意义。用 {a} 表示文本，用 {b} 表示文本对的第二段。`,
  ),
  'pattern.noMask': entry<AboutPattern>(
    'input',
    (d) => `The pattern "${d.pattern}" has no [MASK]. Write it where the word of the class goes.`,
    (d) => `句式“${d.pattern}”里没有空位。在填词的地方写 [MASK]。`,
  ),
  'pattern.twoMasks': entry<AboutPattern & { runs: number }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has [MASK] in ${d.runs} places, but there is one word to fill in. ` +
      `Keep one place.`,
    (d) => `句式“${d.pattern}”里有 ${d.runs} 处 [MASK]，要填的词只有一个。只留一处。`,
  ),
  'pattern.maskCount': entry<AboutPattern & { written: number; tokens: readonly number[] }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" has ${d.written} [MASK], the words have ${d.tokens.join(' or ')} ` +
      `tokens. The words decide: one [MASK] is enough.`,
    (d) =>
      `句式“${d.pattern}”里写了 ${d.written} 个 [MASK]，词却有 ${d.tokens.join(' 或 ')} 个词元。` +
      `以词为准，写一个 [MASK] 就够了。`,
  ),
  'pattern.special': entry<AboutPattern & { token: string }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" holds ${d.token}, which the program sets by itself. Leave it out.`,
    (d) => `句式“${d.pattern}”里有 ${d.token}，它由程序自己加上。去掉它。`,
  ),
  'pattern.unknown': entry<AboutPattern & { characters: readonly string[] }>(
    'input',
    (d) =>
      `The model does not know ${d.characters.join(', ')} in the pattern "${d.pattern}" and reads ` +
      `[UNK] there. Other wording would tell it more.`,
    (d) =>
      `句式“${d.pattern}”里的 ${d.characters.join('、')} 模型不认识，会读作 [UNK]。换个写法更好。`,
  ),
  'pattern.tooLong': entry<AboutPattern & { tokens: number; maximum: number }>(
    'input',
    (d) =>
      `The pattern "${d.pattern}" takes ${d.tokens} tokens, at most ${d.maximum} leave room for the ` +
      `text in this model. Shorten it.`,
    (d) =>
      `句式“${d.pattern}”占 ${d.tokens} 个词元；要给文本留地方，这个模型最多容下 ${d.maximum} 个。缩短句式。`,
  ),
}

export const promptErrors = { ...wordErrors, ...patternErrors }
