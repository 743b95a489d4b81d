import * as v from 'valibot'
import { SettingsFile } from '../settings-file.ts'

const WindowStateSchema = v.object({
  x: v.number(),
  y: v.number(),
  width: v.number(),
  height: v.number(),
  isMaximized: v.boolean(),
})
export type WindowState = v.InferOutput<typeof WindowStateSchema>

/** A part of the desktop, in points. */
export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type Opening = Omit<WindowState, 'x' | 'y'> & Partial<Pick<WindowState, 'x' | 'y'>>

/** The smallest window that the screens are made for. */
export const smallest = { width: 1280, height: 800 }
const usual = { width: 1440, height: 900 }

/** How much of a window must lie on a screen, so that its title bar can be taken hold of. */
const grip = 100

export function windowStateFile(settingsFolder: string): SettingsFile<typeof WindowStateSchema> {
  return new SettingsFile(settingsFolder, 'window.json', WindowStateSchema)
}

/**
 * Where a window opens: where it was, if that is still on a screen, otherwise where the system puts it.
 * It is never larger than the screen. `areas` are the screens without their bars, the main one first.
 */
export function opening(last: WindowState | null, areas: readonly Area[]): Opening {
  const area = last === null ? undefined : areas.find((one) => hasHold(last, one))
  const size = fitted(last ?? usual, area ?? areas[0] ?? usual)
  const isMaximized = last?.isMaximized ?? false
  if (last === null || area === undefined) return { ...size, isMaximized }
  return { x: last.x, y: Math.max(last.y, area.y), ...size, isMaximized }
}

function hasHold(window: Area, area: Area): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x)
  return across >= grip && window.y < area.y + area.height - grip && window.y > area.y - grip
}

function fitted(wanted: Pick<Area, 'width' | 'height'>, most: Pick<Area, 'width' | 'height'>) {
  return {
    width: Math.min(Math.max(wanted.width, smallest.width), most.width),
    height: Math.min(Math.max(wanted.height, smallest.height), most.height),
  }
}
