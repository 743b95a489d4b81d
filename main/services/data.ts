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
} from '../store/texts.ts'
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
  const text: Handler<'data.text'> = ({ id }) => ({
    text: textById(session.db, id),
    columns: originalColumns(session.db, id),
    proposals: proposalsOfText(session.db, id),
  })
  const find: Handler<'data.resolve'> = ({ originalIds }) => {
    return originalIds.map((id) => textByOriginalId(session.db, id))
  }
  return {
    'data.preview': look,
    'data.import': bring,
    'data.imports': () => importReports(session.db),
    'data.rejected': rejected,
    'data.texts': texts,
    'data.text': text,
    'data.resolve': find,
    'data.columns': () => columnNames(session.db),
  }
}
