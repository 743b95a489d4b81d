import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checksumFile } from '../../core/checksums.ts'
import { writeChecksums } from './checksums.ts'
import { modelCard, type ModelCardData } from './model-card.ts'

/**
 * Adds what main knows to a folder that an export job wrote: the model card as README.md, then the
 * checksums over everything. Returns all paths below the folder, sorted.
 */
export async function finishExport(folder: string, card: ModelCardData): Promise<string[]> {
  await writeFile(join(folder, 'README.md'), modelCard(card))
  return [...(await writeChecksums(folder)), checksumFile].sort()
}
