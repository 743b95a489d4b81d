import { fail } from '../../core/errors.ts'
import { encodings, type Encoding } from '../../core/import-plan.ts'
import { binaryKind } from './file-kind.ts'
import {
  census,
  detectEncoding,
  firstNonAscii,
  isUtf8Text,
  malformedShare,
  readsAsUtf16,
} from './detect-encoding.ts'
import type { EncodingFinding } from './detect-encoding.ts'
import type { Sample, SourceFile } from './source-file.ts'

/** The encoding to read a file with: the declared one if it fits, else the one that is found. */
export async function resolveEncoding(
  source: SourceFile,
  declared: Encoding | undefined,
): Promise<Encoding> {
  const sample = await source.sample()
  refuseBinary(source.path, sample.start)
  const finding = await detectEncoding(sample)
  if (finding.kind === 'binary') fail('import.binary', { path: source.path, kind: 'unknown' })
  if (declared === undefined) {
    if (finding.kind === 'found') return finding.encoding
    fail('import.encodingUnknown', { path: source.path, guess: finding.guess, known: encodings })
  }
  const misfit = await misfitOf(declared, sample, finding)
  if (misfit === undefined) return declared
  const offset = sample.tellingOffset + misfit
  const found = finding.kind === 'found' ? finding.encoding : undefined
  return fail('import.encodingWrong', {
    path: source.path,
    declared,
    line: await source.lineAt(offset, found ?? declared),
    offset,
    bytes: sample.telling.subarray(misfit, misfit + 4).toString('hex'),
    looksLike: found === declared ? null : (found ?? null),
  })
}

function refuseBinary(path: string, start: Buffer): void {
  const kind = binaryKind(start)
  if (kind === undefined) return
  if (kind === 'parquet') fail('import.parquet', { path })
  if (['xlsx', 'ods'].includes(kind) || (kind === 'office-old' && /\.xl\w$/i.test(path))) {
    fail('import.spreadsheet', { path, kind: kind === 'office-old' ? 'xls' : kind })
  }
  fail('import.binary', { path, kind })
}

/** Index in `sample.telling` where the declared encoding does not fit, or undefined if it does. */
async function misfitOf(
  declared: Encoding,
  sample: Sample,
  finding: EncodingFinding,
): Promise<number | undefined> {
  const bytes = sample.telling
  const found = finding.kind === 'found' ? finding : undefined
  if (found?.encoding === declared) return undefined
  if (declared === 'utf-16le' || declared === 'utf-16be') {
    const fits = !found?.isCertain && !isUtf8Text(bytes, sample.reachesEnd)
    return fits && (await readsAsUtf16(bytes, declared)) ? undefined : 0
  }
  const counted = await census(bytes, declared, sample.reachesEnd)
  const limit = declared === 'utf-8' ? 0.2 : 0.05
  if (!found?.isCertain && malformedShare(counted) < limit) return undefined
  return counted.firstMalformed < 0 ? firstNonAscii(bytes) : counted.firstMalformed
}
