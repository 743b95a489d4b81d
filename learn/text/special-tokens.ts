/** The tokens that stand for something other than text, in the order of their ids in our vocabularies. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const

export type SpecialToken = (typeof specialTokens)[number]

/** Marks a token that continues a word. */
export const continuationPrefix = '##'
