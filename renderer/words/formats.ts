import type { Language } from '../../core/errors.ts'
import { language } from './language.svelte.ts'

const formats: Record<Language, Intl.NumberFormat> = {
  zh: new Intl.NumberFormat('zh-CN'),
  en: new Intl.NumberFormat('en-GB'),
}

/** 1,000,000 */
export function count(value: number): string {
  return formats[language.current].format(value)
}

/** 90.0% */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)}%`
}

/** 16%, of what is under way: nothing is said to be done before it is. */
export function done(share: number): string {
  return `${Math.floor(100 * share)}%`
}

/** 90.0, a share where its column or sentence says that it is of a hundred. */
export function share(value: number): string {
  return (100 * value).toFixed(1)
}

/** −1.7, with a true minus. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return text
  return value < 0 ? `−${text}` : `+${text}`
}

/** Hours and minutes of a moment, or its date when it is another day. */
export function moment(at: number): string {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const tag = language.current === 'zh' ? 'zh-CN' : 'en-GB'
  return isToday
    ? date.toLocaleTimeString(tag, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
    : date.toLocaleDateString(tag, { year: 'numeric', month: '2-digit', day: '2-digit' })
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3))
  const scaled = value / 1000 ** at
  return `${at === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[at]}`
}

/** "1 分 10 秒"; seconds are rounded to tens above a minute, and left out above an hour. */
export function duration(seconds: number): string {
  const { words } = language
  if (seconds < 60) return words.seconds(Math.max(1, Math.round(seconds)))
  if (seconds < 3600) {
    const tens = Math.round(seconds / 10) * 10
    return words.minutes(Math.floor(tens / 60), tens % 60)
  }
  const minutes = Math.round(seconds / 60)
  return words.hours(Math.floor(minutes / 60), minutes % 60)
}
