import type { WorkKind } from '../../../core/project.ts'
import type { Program } from '../work.ts'
import { evaluate } from './evaluate.ts'
import { exportModel } from './export.ts'
import { importFile } from './import.ts'
import { int8 } from './int8.ts'
import { predict } from './predict.ts'
import { pretrain } from './pretrain.ts'
import { propose } from './propose.ts'
import { train } from './train.ts'

/** What each kind of work does, and whether it waits for its turn to compute. */
export const programs = {
  import: { program: importFile, computes: false },
  train: { program: train, computes: true },
  propose: { program: propose, computes: true },
  export: { program: exportModel, computes: true },
  int8: { program: int8, computes: true },
  predict: { program: predict, computes: true },
  evaluate: { program: evaluate, computes: true },
  pretrain: { program: pretrain, computes: true },
} as const satisfies Record<WorkKind, { program: Program; computes: boolean }>
