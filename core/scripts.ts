/**
 * Scripts without spaces between words, as the inside of a character class: search indexes every
 * character of theirs by itself.
 */
export const unspacedScripts = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}`
