import { calibrationTexts, int8Gate, judgeInt8 } from '../../../core/int8.ts'
import type { Int8Result } from '../../../core/job.ts'
import type { Predictions } from '../../../core/metrics.ts'
import type { Proportion, RunId, TextId } from '../../../core/project.ts'
import { Stream } from '../../../core/random.ts'
import type { Int8Report, ModelComparison } from '../../../core/records.ts'
import { wilson } from '../../../core/statistics.ts'
import type { ReadableDb } from '../../store/database.ts'
import { heldOutAnswers } from '../../store/evaluations.ts'
import { latestResult } from '../../store/jobs.ts'
import { projectSeed } from '../../store/project.ts'
import { roundByNumber } from '../../store/rounds.ts'
import { runById } from '../../store/runs.ts'
import { taskVersion } from '../../store/tasks.ts'
import { comparePredictions } from '../figures.ts'
import { collectPool, textBatches } from '../in-turns.ts'
import { modelFolder } from '../model-folders.ts'
import { ownProject, type Work } from '../work.ts'

export interface Int8Input {
  readonly round: number
  readonly temperature: number
  readonly threads: number
}

/** Measures what an int8 model of a round costs (decision 23); nothing is written. */
export function int8(work: Work): Promise<Int8Report> {
  return measureInt8(work, work.input as Int8Input)
}

export async function measureInt8(work: Work, input: Int8Input): Promise<Int8Report> {
  const { db } = work
  const { round: number, temperature, threads } = input
  const { run: runId } = roundByNumber(db, number)
  const run = runById(db, runId)
  const { model, recipe } = run.result!
  const { calibration, compared } = await drawTexts(work, runId)
  const heldOut = heldOutAnswers(db, runId)
  const ids = [...calibration, ...compared, ...heldOut.map(({ text }) => text)]
  const { task } = taskVersion(db, run.taskVersion)
  const result = await work.compute(
    {
      kind: 'int8',
      task,
      model: await modelFolder(ownProject(work), model),
      temperature,
      threads,
      maxTokens: recipe.maxTokens,
      texts: ids.length,
      calibration: calibration.length,
    },
    { texts: () => textBatches(db, ids) },
  )
  const { bytes, milliseconds, shift, answers } = result
  const same = proportionSame(answers.slice(0, compared.length))
  const classes = task.classes.map(({ id }) => id)
  const truth = heldOut.map(({ actual }) => (actual === null ? -1 : classes.indexOf(actual)))
  return {
    round: number,
    temperature,
    bytes,
    milliseconds,
    shift,
    same,
    verdict: judgeInt8(same),
    heldOut: await heldOutDifference(truth, classes.length, answers.slice(compared.length)),
  }
}

/** The latest measurement of a round's int8 model at a temperature: round and file never change. */
export function int8ReportOf(
  db: ReadableDb,
  { round, temperature }: Omit<Int8Input, 'threads'>,
): Int8Report | null {
  return latestResult<Int8Report>(db, 'int8', { round, temperature })
}

/** Texts of the pool, drawn once for a run: some to calibrate with, the others to compare on. */
async function drawTexts(work: Work, run: RunId) {
  const pool = await collectPool(work.db, run, work.signal)
  const calibration = calibrationTexts(pool.length)
  const stream = new Stream(projectSeed(work.db), 'int8', run)
  const drawn: TextId[] = stream.sample(pool, Math.min(pool.length, calibration + int8Gate.texts))
  return { calibration: drawn.slice(0, calibration), compared: drawn.slice(calibration) }
}

type Answers = Int8Result['answers']

function proportionSame(answers: Answers): Proportion {
  const n = answers.length
  const successes = answers.filter(({ float32, int8 }) => float32 === int8).length
  return { successes, n, value: n === 0 ? 0 : successes / n, ...wilson(successes, n) }
}

function heldOutDifference(
  truth: readonly number[],
  classes: number,
  answers: Answers,
): Promise<ModelComparison | null> {
  const predictions = (predicted: number[]): Predictions => ({ classes, truth, predicted })
  return comparePredictions(
    predictions(answers.map(({ float32 }) => float32)),
    predictions(answers.map(({ int8 }) => int8)),
  )
}
