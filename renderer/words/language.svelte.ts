import type { ErrorRecord, Language } from '../../core/errors.ts'
import { sentence } from '../../core/errors.ts'
import { en } from './en.ts'
import { zh, type Words } from './zh.ts'

const key = 'shiliu.language'

class LanguageState {
  current = $state<Language>(first())
  readonly words: Words = $derived(this.current === 'zh' ? zh : en)

  choose(language: Language): void {
    this.current = language
    localStorage.setItem(key, language)
    document.documentElement.lang = tag(language)
  }

  toggle(): void {
    this.choose(this.current === 'zh' ? 'en' : 'zh')
  }

  /** What something says in the other language. */
  inOther<T>(say: () => T): T {
    const chosen = this.current
    this.current = chosen === 'zh' ? 'en' : 'zh'
    try {
      return say()
    } finally {
      this.current = chosen
    }
  }

  /** What a call failed with, as a person reads it. */
  say(error: ErrorRecord): string {
    return sentence(error, this.current)
  }
}

export const language = new LanguageState()

function first(): Language {
  const chosen = localStorage.getItem(key)
  const language =
    chosen === 'zh' || chosen === 'en' ? chosen : navigator.language.startsWith('zh') ? 'zh' : 'en'
  document.documentElement.lang = tag(language)
  return language
}

function tag(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en'
}

/** Sentences of one screen in both languages, as a function that gives those of the current one. */
export function both<T>(words: { readonly zh: T; readonly en: NoInfer<T> }): () => T {
  return () => words[language.current]
}
