import { fail, missingCase } from '../../core/errors.ts'
import { Decoder } from './decoder.ts'
import type { Malformed } from './decoder.ts'
import { DelimitedRows } from './delimited.ts'
import { byteOrderMark } from './encodings.ts'
import { JsonArray, jsonLines } from './json-rows.ts'
import type { FileForm, ImportPlan } from '../../core/import-plan.ts'
import type { RowParser, SourceRow } from './records.ts'
import type { SourceFile } from './source-file.ts'
import { textLines } from './text-lines.ts'

/** The rows of one block of a file. */
export interface SourceBlock {
  readonly rows: readonly SourceRow[]
  /** Blank lines passed over so far in the file. */
  readonly blankLines: number
  readonly bytesRead: number
  /** The first bytes of the file so far that its encoding does not explain. */
  readonly undecodable: Malformed | undefined
}

/** Reads a file block by block, so that memory does not grow with it. */
export async function* sourceRows(
  source: SourceFile,
  form: FileForm,
  undecodable: ImportPlan['undecodable'],
): AsyncGenerator<SourceBlock> {
  const start = byteOrderMark(await source.read(0, 4))?.length ?? 0
  let malformed: Malformed | undefined
  const decoder = new Decoder(form.encoding, start, (found) => (malformed ??= found))
  const parser = rowParser(source.path, form)
  let bytesRead = start
  for await (const block of source.blocks(start)) {
    bytesRead += block.length
    const text = decoder.decode(block, bytesRead >= source.size)
    if (malformed !== undefined && undecodable === 'refuse') {
      await refuse(source, form, malformed)
    }
    const rows = parser.push(text, bytesRead >= source.size)
    yield { rows, blankLines: parser.blankLines, bytesRead, undecodable: malformed }
  }
  await source.requireUnchanged()
}

async function refuse(source: SourceFile, form: FileForm, malformed: Malformed): Promise<never> {
  return fail('import.undecodable', {
    path: source.path,
    encoding: form.encoding,
    line: await source.lineAt(malformed.offset, form.encoding),
    ...malformed,
  })
}

function rowParser(path: string, form: FileForm): RowParser {
  switch (form.format) {
    case 'csv':
    case 'tsv':
      return new DelimitedRows(path, form)
    case 'jsonl':
      return jsonLines(path)
    case 'json':
      return new JsonArray(path)
    case 'text':
      return textLines(path)
    default:
      return missingCase(form.format)
  }
}
