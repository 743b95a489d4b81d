import type { Component } from 'svelte'
import type { Step } from '../state/place.svelte.ts'
import Export from './export/Export.svelte'
import Review from './review/Review.svelte'

/** A screen of the rail. An entry appears when its screen works. */
export interface ScreenEntry {
  readonly name: Step
  readonly component: Component
}

export const shown: readonly ScreenEntry[] = [
  { name: 'review', component: Review },
  { name: 'export', component: Export },
]
