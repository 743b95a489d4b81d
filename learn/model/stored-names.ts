import type { ParameterNames } from './parameters.ts'

/**
 * The name of a tensor as today's transformers has it, for one that a file may call by an older or a
 * shorter name: norms had gamma and beta, and an encoder that was saved alone has no prefix.
 */
export function presentName(stored: string, { prefix }: Pick<ParameterNames, 'prefix'>): string {
  const name = stored
    .replace(/(LayerNorm|layer_norm)\.gamma$/, '$1.weight')
    .replace(/(LayerNorm|layer_norm)\.beta$/, '$1.bias')
  return /^(embeddings|encoder)\./.test(name) ? prefix + name : name
}
