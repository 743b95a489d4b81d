import type { Component } from 'svelte'
import type { Step } from '../state/place.svelte.ts'

/** A screen of the rail. An entry appears when its screen works. */
export interface ScreenEntry {
  readonly name: Step
  readonly component: Component
}

export const shown: readonly ScreenEntry[] = []
