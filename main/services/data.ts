import type { Handler } from '../../core/contract.ts'
import { preview } from '../import/preview.ts'
import { importReport, importReports, rejectedRows } from '../store/imports.ts'
import { proposalsOfText } from '../store/proposals.ts'
import {
  columnNames,
  listTexts,
  originalColumns,
  textById,
  textByOriginalId,
  textsByIds,
} from '../store/texts.ts'
import { findTexts } from '../training/in-turns.ts'
import type { Session } from './session.ts'

export function dataService(session: Session) {
  const look: Handler<'data.preview'> = ({ path, choice }) => preview(session.place(path), choice)
  const bring: Handler<'data.import'> = ({ path, plan }) => {
    return { job: session.begin(session.work, 'import', { path: session.place(path), plan }) }
  }
  const rejected: Handler<'data.rejected'> = ({ import: id, ...page }) => {
    return rejectedRows(session.db, importReport(session.db, id).id, page)
  }
  const texts: Handler<'data.texts'> = ({ after, limit, ...filter }) => {
    return listTexts(session.db, filter, { after, limit })
  }
  const findAll: Handler<'data.find'> = async (filter) => {
    const started = performance.now()
    const ids = await findTexts(session.db, filter)
    return { ids, milliseconds: performance.now() - started }
  }
  const text: Handler<'data.text'> = ({ id }) => ({
    text: textById(session.db, id),
    columns: originalColumns(session.db, id),
    proposals: proposalsOfText(session.db, id),
  })
  const rows: Handler<'data.rows'> = ({ ids }) => textsByIds(session.db, ids)
  const resolveIds: Handler<'data.resolve'> = ({ originalIds }) => {
    return originalIds.map((id) => textByOriginalId(session.db, id))
  }
  return {
    'data.preview': look,
    'data.import': bring,
    'data.imports': () => importReports(session.db),
    'data.rejected': rejected,
    'data.texts': texts,
    'data.find': findAll,
    'data.rows': rows,
    'data.text': text,
    'data.resolve': resolveIds,
    'data.columns': () => columnNames(session.db),
  }
}
