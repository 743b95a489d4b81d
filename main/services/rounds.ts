import { setImmediate } from 'node:timers/promises'
import type { Handler } from '../../core/contract.ts'
import type { Flip, Round, RoundReport, RoundsReport } from '../../core/records.ts'
import type { ReadableDb } from '../store/database.ts'
import { removeGarbageAside } from '../store/in-model-thread.ts'
import { modelStorage } from '../store/models.ts'
import { proposalCounts } from '../store/proposals.ts'
import { allRounds, discardRound, keepHistory, keepRound, roundByNumber } from '../store/rounds.ts'
import { countRunTexts, runById } from '../store/runs.ts'
import { flips, scoredClasses } from '../store/scores.ts'
import { compareRounds, heldOutFigures } from '../training/figures.ts'
import { idRanges } from '../training/in-turns.ts'
import type { Session } from './session.ts'

export function roundsService(session: Session) {
  const get: Handler<'rounds.get'> = ({ round }) => {
    return report(session.db, roundByNumber(session.db, round))
  }
  const compare: Handler<'rounds.compare'> = ({ before, after }) => {
    const { db } = session
    return compareRounds(db, roundByNumber(db, before), roundByNumber(db, after))
  }
  const flipped: Handler<'rounds.flips'> = async ({ before, after, kind, afterText, limit }) => {
    const { db } = session
    const pair = {
      before: roundByNumber(db, before).run,
      after: roundByNumber(db, after).run,
      kind,
    }
    const found: Flip[] = []
    for await (const range of idRanges(db, afterText)) {
      found.push(...flips(db, pair, { ...range, limit: limit - found.length }))
      if (found.length === limit) break
    }
    return found
  }
  const keep: Handler<'rounds.keep'> = ({ round }) => {
    const { writable: db } = session
    keepRound(db, round, 'chosen')
    return reports(db)
  }
  const discard: Handler<'rounds.discard'> = async ({ round }) => {
    const { project, writable: db } = session
    discardRound(db, round)
    return { freed: await removeGarbageAside(project) }
  }
  return {
    'rounds.list': () => reports(session.db),
    'rounds.get': get,
    'rounds.compare': compare,
    'rounds.flips': flipped,
    'rounds.keep': keep,
    'rounds.discard': discard,
  }
}

async function reports(db: ReadableDb): Promise<RoundsReport> {
  const rounds: RoundReport[] = []
  for (const round of allRounds(db)) {
    rounds.push(await report(db, round))
    await setImmediate()
  }
  const measured = rounds.filter((round) => round.accuracy !== null)
  const best = measured.reduce<RoundReport | null>((top, round) => {
    return top && top.accuracy!.value >= round.accuracy!.value ? top : round
  }, null)
  return {
    rounds,
    inUse: rounds.find((round) => round.inUse)?.number ?? null,
    best: best?.number ?? null,
    compared: measured.length,
    history: keepHistory(db),
    storage: modelStorage(db),
  }
}

async function report(db: ReadableDb, round: Round): Promise<RoundReport> {
  const run = runById(db, round.run)
  const { finalLoss, milliseconds } = run.result!
  const { n, accuracy, macroF1 } = await heldOutFigures(db, round)
  const previous = round.previous === null ? null : roundByNumber(db, round.previous)
  return {
    ...round,
    seed: run.seed,
    texts: countRunTexts(db, round.run),
    finalLoss,
    milliseconds,
    heldOut: n,
    accuracy,
    macroF1,
    comparison: previous ? await compareRounds(db, previous, round) : null,
    proposals: proposalCounts(db, round.run),
    scored: scoredClasses(db, round.run),
  }
}
