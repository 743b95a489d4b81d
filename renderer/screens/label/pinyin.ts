/**
 * The first syllable in pinyin order for each initial. What sorts from one on and before the next begins
 * with that initial; I, U and V begin no syllable.
 */
const firsts = [...'阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥扨它穵夕丫帀']
const initials = [...'abcdefghjklmnopqrstwxyz']
const collator = new Intl.Collator('zh-CN-u-co-pinyin')

/** The pinyin initials of a name, its other letters as they are: 退款 gives `tk`. */
export function pinyinInitials(name: string): string {
  return [...name.toLowerCase()].map(initialOf).join('')
}

function initialOf(character: string): string {
  if (!/\p{Script=Han}/u.test(character)) return character
  const at = firsts.findLastIndex((first) => collator.compare(first, character) <= 0)
  return initials[at] ?? character
}
