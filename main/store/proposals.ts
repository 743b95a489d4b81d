import type { ProposedText } from '../../core/job.ts'
import type {
  Decider,
  Decision,
  ProposalFilter,
  ProposalId,
  RunId,
  TextId,
} from '../../core/project.ts'
import type { Proposal, ProposalCount } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { packFloats } from './floats.ts'
import { lineage } from './lineage.ts'
import { roundInUse } from './rounds.ts'
import { all, allOf, first, only, run, sql, type Sql } from './sql.ts'
import { scoreOf, type Score } from './scores.ts'
import { answerOf } from './texts.ts'

/**
 * Records what a run proposes for texts that it has scored. A class that a person has rejected for a
 * text is never proposed for it again (decision 18); a labelled text, or one that the run has proposed
 * before, needs no proposal.
 *
 * Returns how many were recorded.
 */
export function insertProposals(
  db: WritableDb,
  runId: RunId,
  task: { classes: readonly { id: string }[]; groups: readonly { name: string }[] },
  proposed: readonly ProposedText[],
): number {
  return transaction(db, () => {
    let added = 0
    for (const item of proposed) {
      const text = item.id as TextId
      const classId = task.classes[item.class]!.id
      if (isBarred(db, runId, text, classId)) continue
      const score = scoreOf(db, runId, text)
      if (!score) throw new Error(`text ${text} was proposed by run ${runId} but not scored`)
      insertProposal(db, runId, text, classId, item, score, task.groups)
      added++
    }
    return added
  })
}

/**
 * The run whose proposals are under review: the latest one that proposed anything, of the round in use
 * and those that it descends from. What a left-out round proposed is not learnt from, so it is not
 * asked about either.
 */
export function proposingRun(db: ReadableDb): RunId | null {
  const inUse = roundInUse(db)
  if (!inUse) return null
  const row = first<{ id: RunId }>(
    db,
    sql`SELECT id FROM run WHERE id IN ${lineage(inUse.run)}
          AND EXISTS (SELECT 1 FROM proposal WHERE proposal.run_id = run.id)
        ORDER BY id DESC LIMIT 1`,
  )
  return row?.id ?? null
}

/**
 * Proposals that still wait for a decision, the surest first. Those that an open audit asks about are
 * left out: whoever answers it must not have seen them.
 */
export function openProposals(
  db: ReadableDb,
  runId: RunId,
  filter: ProposalFilter,
  page: { limit: number; offset: number },
): Proposal[] {
  return all<ProposalListRow>(
    db,
    sql`${selectProposal} WHERE ${openIn(runId, filter)} AND ${outsideSample(runId)}
        ORDER BY proposal.score DESC, proposal.id LIMIT ${page.limit} OFFSET ${page.offset}`,
  ).map((row) => fromRow(db, row))
}

/** How many proposals wait for a decision under a filter, those in the sample of an audit included. */
export function countOpenProposals(db: ReadableDb, runId: RunId, filter: ProposalFilter): number {
  return only<{ n: number }>(
    db,
    sql`SELECT count(*) AS n
        FROM proposal LEFT JOIN label ON label.text_id = proposal.text_id
        WHERE ${openIn(runId, filter)}`,
  ).n
}

/** All proposals of a run with a decision, by text. */
export function decidedProposals(
  db: ReadableDb,
  runId: RunId,
  decision: Decision,
  page: { limit: number; offset: number },
): Proposal[] {
  return all<ProposalListRow>(
    db,
    sql`${selectProposal} WHERE proposal.run_id = ${runId} AND proposal.decision = ${decision}
        ORDER BY proposal.text_id LIMIT ${page.limit} OFFSET ${page.offset}`,
  ).map((row) => fromRow(db, row))
}

/** Ids of the open proposals that a filter leaves, in the order of their ids. */
export function openProposalIds(
  db: ReadableDb,
  runId: RunId,
  filter: ProposalFilter,
): ProposalId[] {
  return all<{ id: ProposalId }>(
    db,
    sql`SELECT proposal.id FROM proposal LEFT JOIN label ON label.text_id = proposal.text_id
        WHERE ${openIn(runId, filter)} ORDER BY proposal.id`,
  ).map((row) => row.id)
}

export function proposalById(db: ReadableDb, id: ProposalId): Proposal | null {
  const row = first<ProposalListRow>(db, sql`${selectProposal} WHERE proposal.id = ${id}`)
  return row ? fromRow(db, row) : null
}

/** Everything that was ever proposed for a text, the latest first. */
export function proposalsOfText(db: ReadableDb, text: TextId): Proposal[] {
  return all<ProposalListRow>(
    db,
    sql`${selectProposal} WHERE proposal.text_id = ${text} ORDER BY proposal.id DESC`,
  ).map((row) => fromRow(db, row))
}

/**
 * The proposal that a verdict on a text is about: that of the run under review if it made one, else the
 * latest, so that what was decided in another round can still be changed. To take a decision back, a
 * proposal that has one comes first.
 */
export function proposalForText(
  db: ReadableDb,
  text: TextId,
  underReview: RunId | null,
  isReopened = false,
): ProposalId | null {
  return (
    first<{ id: ProposalId }>(
      db,
      sql`SELECT id FROM proposal WHERE text_id = ${text}
          ORDER BY (${isReopened ? 1 : 0} AND decision = 'pending'), run_id IS NOT ${underReview},
                   id DESC LIMIT 1`,
    )?.id ?? null
  )
}

export function proposalCounts(db: ReadableDb, runId: RunId): ProposalCount[] {
  return all(
    db,
    sql`SELECT class_id AS class, decision, decided_by AS decidedBy, count(*) AS count
        FROM proposal WHERE run_id = ${runId}
        GROUP BY class_id, decision, decided_by ORDER BY class_id, decision, decided_by`,
  )
}

function openIn(runId: RunId, filter: ProposalFilter): Sql {
  const conditions = [
    sql`proposal.run_id = ${runId} AND proposal.decision = 'pending' AND label.text_id IS NULL`,
  ]
  if (filter.class !== undefined) conditions.push(sql`proposal.class_id = ${filter.class}`)
  const { minimumScore, minimumMargin, minimumAgreement } = filter
  if (minimumScore !== undefined) conditions.push(sql`proposal.score >= ${minimumScore}`)
  if (minimumMargin !== undefined) conditions.push(sql`proposal.margin >= ${minimumMargin}`)
  if (minimumAgreement !== undefined) {
    conditions.push(sql`proposal.agreement >= ${minimumAgreement}`)
  }
  return allOf(conditions)
}

/** Only an open audit has texts in its sample that are not answered. */
function outsideSample(runId: RunId): Sql {
  return sql`proposal.id NOT IN
    (SELECT proposal_id FROM audit_member JOIN audit ON audit.id = audit_id
     WHERE audit.run_id = ${runId} AND abandoned_at IS NULL AND position IS NOT NULL
       AND answer IS NULL)`
}

function isBarred(db: ReadableDb, runId: RunId, text: TextId, classId: string): boolean {
  return (
    first(
      db,
      sql`SELECT 1 FROM label WHERE text_id = ${text}
          UNION ALL
          SELECT 1 FROM proposal WHERE text_id = ${text}
            AND (run_id = ${runId} OR (class_id = ${classId} AND decision = 'rejected'))`,
    ) !== undefined
  )
}

function insertProposal(
  db: WritableDb,
  runId: RunId,
  text: TextId,
  classId: string,
  item: ProposedText,
  score: Score,
  groups: readonly { name: string }[],
): void {
  const agreement = item.agrees.filter(Boolean).length / item.agrees.length
  const proposal = run(
    db,
    sql`INSERT INTO proposal (run_id, text_id, class_id, score, margin, agreement, probabilities)
        VALUES (${runId}, ${text}, ${classId}, ${item.score}, ${item.margin}, ${agreement},
                ${packFloats(item.probabilities)})`,
  ).id
  score.groups.forEach((says, g) => {
    run(
      db,
      sql`INSERT INTO proposal_group (proposal_id, position, name, log_probability, agrees)
          VALUES (${proposal}, ${g}, ${groups[g]!.name}, ${says[item.class]!},
                  ${item.agrees[g] ? 1 : 0})`,
    )
  })
}

interface ProposalListRow {
  id: ProposalId
  run_id: RunId
  text_id: TextId
  a: string
  b: string | null
  class_id: string
  score: number
  margin: number
  agreement: number
  decision: Decision
  decided_by: Decider | null
  label_state: 'class' | 'none' | null
  label_class: string | null
}

const selectProposal = sql`
  SELECT proposal.id, run_id, proposal.text_id, a, b, proposal.class_id, score, margin, agreement,
         decision, decided_by, label.state AS label_state, label.class_id AS label_class
  FROM proposal JOIN text ON text.id = proposal.text_id
                LEFT JOIN label ON label.text_id = proposal.text_id`

function fromRow(db: ReadableDb, row: ProposalListRow): Proposal {
  const groups = all<{ name: string; logProbability: number; agrees: number }>(
    db,
    sql`SELECT name, log_probability AS logProbability, agrees
        FROM proposal_group WHERE proposal_id = ${row.id} ORDER BY position`,
  )
  return {
    id: row.id,
    run: row.run_id,
    text: row.text_id,
    a: row.a,
    b: row.b,
    class: row.class_id,
    score: row.score,
    margin: row.margin,
    agreement: row.agreement,
    decision: row.decision,
    decidedBy: row.decided_by,
    label: answerOf(row.label_state, row.label_class),
    groups: groups.map((group) => ({ ...group, agrees: group.agrees === 1 })),
  }
}
