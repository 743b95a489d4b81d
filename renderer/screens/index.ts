import type { Component } from 'svelte'
import type { Step } from '../state/place.svelte.ts'
import Data from './data/Data.svelte'
import Export from './export/Export.svelte'
import Label from './label/Label.svelte'
import Review from './review/Review.svelte'
import Rounds from './rounds/Rounds.svelte'
import Task from './task/Task.svelte'
import Train from './train/Train.svelte'

/** A screen of the rail. An entry appears when its screen works. */
export interface ScreenEntry {
  readonly name: Step
  readonly component: Component
}

export const shown: readonly ScreenEntry[] = [
  { name: 'data', component: Data },
  { name: 'task', component: Task },
  { name: 'label', component: Label },
  { name: 'train', component: Train },
  { name: 'review', component: Review },
  { name: 'rounds', component: Rounds },
  { name: 'export', component: Export },
]
