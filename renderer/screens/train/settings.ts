import {
  optimizers,
  parseTrained,
  precisions,
  trainedText,
  type Precision,
  type StepOptions,
  type Trained,
} from '../../../core/step-options.ts'

/** The settings of a run that people change, as they are typed, chosen and shown. */

type TypedName =
  'steps' | 'batch' | 'learningRate' | 'maxTokens' | 'seed' | 'threads' | 'accumulate' | 'recompute'
type ChosenName = 'optimizer' | 'precision' | 'train'
export type SettingName = TypedName | ChosenName
export type SettingValue = number | StepOptions['optimizer'] | Precision | Trained

interface Shown {
  /** Null where the text is no value of this setting. */
  parse(text: string): SettingValue | null
  show(value: SettingValue): string
}
export interface TypedSetting extends Shown {
  readonly kind: 'typed'
  readonly name: TypedName
}
export interface ChosenSetting extends Shown {
  readonly kind: 'chosen'
  readonly name: ChosenName
  /** What the list offers, as texts of this setting. */
  readonly choices: readonly string[]
}
export type Setting = TypedSetting | ChosenSetting

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

function typed(
  name: TypedName,
  parse: (text: string) => number | null,
  show: (value: number) => string = String,
): TypedSetting {
  return { kind: 'typed', name, parse, show: (value) => show(value as number) }
}

export const usualSettings: readonly TypedSetting[] = [
  typed('steps', whole(1)),
  typed('batch', whole(1)),
  typed('learningRate', positive, showRate),
  typed('maxTokens', whole(16)),
  typed('seed', whole(0)),
  typed('threads', whole(1)),
]

export const moreSettings: readonly Setting[] = [
  {
    kind: 'chosen',
    name: 'optimizer',
    choices: optimizers,
    parse: (text) => optimizers.find((name) => name === text) ?? null,
    show: String,
  },
  typed('accumulate', whole(1)),
  typed('recompute', whole(0)),
  {
    kind: 'chosen',
    name: 'precision',
    choices: precisions,
    parse: (text) => precisions.find((name) => name === text) ?? null,
    show: String,
  },
  {
    kind: 'chosen',
    name: 'train',
    choices: ['all', 'top:1', 'top:2', 'biases', 'lora'],
    parse: parseTrained,
    show: (value) => trainedText(value as Trained),
  },
]

export const settings: readonly Setting[] = [...usualSettings, ...moreSettings]

export function settingOf(name: SettingName): Setting {
  return settings.find((setting) => setting.name === name)!
}
