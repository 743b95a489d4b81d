/** The settings of a run that people change, as they are typed and shown. */

export type SettingName = 'steps' | 'batch' | 'learningRate' | 'maxTokens' | 'seed' | 'threads'

export interface Setting {
  readonly name: SettingName
  /** Null where the text is no value of this setting. */
  parse(text: string): number | null
  show(value: number): string
}

const whole = (least: number) => (text: string) => {
  const value = Number(text)
  return text.trim() !== '' && Number.isSafeInteger(value) && value >= least ? value : null
}

function positive(text: string): number | null {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : null
}

/** 0.0003 as 3e-4, which is how rates are spoken of. */
export function showRate(rate: number): string {
  return rate < 0.01 ? rate.toExponential().replace('e-0', 'e-') : String(rate)
}

export const settings: readonly Setting[] = [
  { name: 'steps', parse: whole(1), show: String },
  { name: 'batch', parse: whole(1), show: String },
  { name: 'learningRate', parse: positive, show: showRate },
  { name: 'maxTokens', parse: whole(16), show: String },
  { name: 'seed', parse: whole(0), show: String },
  { name: 'threads', parse: whole(1), show: String },
]

export function settingOf(name: SettingName): Setting {
  return settings.find((setting) => setting.name === name)!
}
