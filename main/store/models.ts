import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { fail } from '../../core/errors.ts'
import type { ModelId } from '../../core/project.ts'
import type { Storage } from '../../core/records.ts'
import { transaction, type ReadableDb, type WritableDb } from './database.ts'
import { isLittleEndian } from './floats.ts'
import { SafetensorsFile, tensorHash, tensorsOfHeader, type NamedTensor } from './safetensors.ts'
import { all, first, only, run, runOne, sql } from './sql.ts'

export const weightsFile = 'model.safetensors'

/** What must stand beside the weights for them to be a model. */
const requiredFiles = ['config.json', 'vocab.txt']

/** Small files beside the weights that are kept with them, when they are there. */
const keptFile = /\.(json|txt|md)$/
const keptFileBytes = 16 << 20

export interface StoredModel {
  readonly id: ModelId
  /** SHA-256 of model.safetensors. */
  readonly sha256: string
  readonly createdAt: number
  readonly isDiscarded: boolean
}

/** Whether a folder has what the project keeps of a model, in the files that it keeps. */
export function isStorable(folder: string): boolean {
  return [...requiredFiles, weightsFile].every((name) => existsSync(join(folder, name)))
}

/**
 * Copies a model folder into the project, tensor by tensor; what another model already brought is
 * stored once. A model that is already there is found again.
 *
 * Blocks for as long as the copy takes: meant for a thread with a connection of its own. Each
 * transaction holds at most one chunk, so that other writers never wait long, and a copy that is cut
 * off is taken up where it was. Errors: `model.missing`, `model.damaged`.
 */
export function importModel(db: WritableDb, folder: string, expectedSha256?: string): ModelId {
  if (!isLittleEndian) throw new Error('weights are stored as little-endian bytes')
  const files = readFiles(folder)
  const path = join(folder, weightsFile)
  const weights = new SafetensorsFile(path)
  try {
    const hashes = hashTensors(weights)
    if (expectedSha256 !== undefined && expectedSha256 !== hashes.file) {
      fail('model.damaged', { path, expected: `SHA-256 ${expectedSha256}`, got: hashes.file })
    }
    const known = findModel(db, hashes.file, files)
    if (known) return known
    for (const tensor of weights.tensors) copyTensor(db, weights, tensor, hashes.tensors)
    return insertModel(db, weights, hashes, files)
  } finally {
    weights.close()
  }
}

/**
 * Writes a stored model as a folder again, byte for byte, and returns the path of the folder. A folder
 * that is already right is left as it is. Blocks, like `importModel`. Error: `model.discarded`.
 */
export function materializeModel(db: ReadableDb, id: ModelId, folder: string): string {
  const model = modelById(db, id)
  if (model.isDiscarded) fail('model.discarded', { model: id })
  if (existsSync(folder) && sha256OfFile(join(folder, weightsFile)) === model.sha256) return folder
  const temporary = `${folder}.part`
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  for (const { name, data } of modelFiles(db, id)) writeFileSync(join(temporary, name), data)
  writeWeights(db, model, join(temporary, weightsFile))
  rmSync(folder, { recursive: true, force: true })
  renameSync(temporary, folder)
  return folder
}

export function modelById(db: ReadableDb, id: ModelId): StoredModel {
  const row = only<Omit<StoredModel, 'isDiscarded'> & { discardedAt: number | null }>(
    db,
    sql`SELECT id, sha256, created_at AS createdAt, discarded_at AS discardedAt
        FROM model WHERE id = ${id}`,
  )
  return { id, sha256: row.sha256, createdAt: row.createdAt, isDiscarded: row.discardedAt !== null }
}

/** Gives up a model's weights; its record stays. The space is freed by `removeGarbage`. */
export function discardModel(db: WritableDb, id: ModelId): void {
  transaction(db, () => {
    runOne(db, sql`UPDATE model SET discarded_at = ${Date.now()} WHERE id = ${id}`)
    run(db, sql`DELETE FROM model_tensor WHERE model_id = ${id}`)
  })
}

/**
 * Removes tensors that no model uses any more, also those of copies that were cut off, one chunk in
 * each transaction. Returns how many bytes were freed inside the file.
 */
export function removeGarbage(db: WritableDb): number {
  let freed = 0
  for (const sha256 of unusedTensors(db)) {
    const chunks = all<{ n: number; bytes: number }>(
      db,
      sql`SELECT n, length(data) AS bytes FROM tensor_chunk WHERE sha256 = ${sha256}`,
    )
    for (const { n, bytes } of chunks) {
      run(db, sql`DELETE FROM tensor_chunk WHERE sha256 = ${sha256} AND n = ${n}`)
      freed += bytes
    }
    run(db, sql`DELETE FROM tensor WHERE sha256 = ${sha256}`)
  }
  return freed
}

export function modelStorage(db: ReadableDb): Storage {
  return only(
    db,
    sql`SELECT coalesce((SELECT sum(bytes) FROM model_tensor JOIN tensor USING (sha256)), 0) AS apart,
               coalesce((SELECT sum(bytes) FROM tensor), 0) AS shared`,
  )
}

interface Hashes {
  readonly file: string
  readonly tensors: ReadonlyMap<string, string>
}

interface SmallFile {
  readonly name: string
  readonly data: Buffer
}

function readFiles(folder: string): SmallFile[] {
  const missing = requiredFiles.find((name) => !existsSync(join(folder, name)))
  if (missing !== undefined) fail('model.missing', { path: folder })
  return readdirSync(folder)
    .filter((name) => keptFile.test(name))
    .sort()
    .map((name) => ({ name, data: readFileSync(join(folder, name)) }))
    .filter((file) => file.data.length <= keptFileBytes)
}

function hashTensors(weights: SafetensorsFile): Hashes {
  const file = createHash('sha256').update(weights.header)
  const tensors = new Map<string, string>()
  for (const tensor of weights.tensors) {
    const own = tensorHash(tensor)
    for (const piece of weights.pieces(tensor)) {
      own.update(piece)
      file.update(piece)
    }
    tensors.set(tensor.name, own.digest('hex'))
  }
  return { file: file.digest('hex'), tensors }
}

function findModel(db: ReadableDb, sha256: string, files: readonly SmallFile[]): ModelId | null {
  const candidates = all<{ id: ModelId }>(
    db,
    sql`SELECT id FROM model WHERE sha256 = ${sha256} AND discarded_at IS NULL ORDER BY id`,
  )
  const isSame = ({ id }: { id: ModelId }) => {
    const stored = modelFiles(db, id)
    const pairs = stored.map((file, i) => [file, files[i]] as const)
    return (
      stored.length === files.length &&
      pairs.every(([x, y]) => x.name === y!.name && x.data.equals(y!.data))
    )
  }
  return candidates.find(isSame)?.id ?? null
}

function modelFiles(db: ReadableDb, id: ModelId): SmallFile[] {
  return all(db, sql`SELECT name, data FROM model_file WHERE model_id = ${id} ORDER BY name`)
}

function copyTensor(
  db: WritableDb,
  weights: SafetensorsFile,
  tensor: NamedTensor,
  hashes: ReadonlyMap<string, string>,
): void {
  const sha256 = hashes.get(tensor.name)!
  const known = first<{ whole: number }>(db, sql`SELECT whole FROM tensor WHERE sha256 = ${sha256}`)
  if (known?.whole === 1) return
  run(
    db,
    sql`INSERT OR IGNORE INTO tensor (sha256, dtype, shape, bytes, whole)
        VALUES (${sha256}, ${tensor.dtype}, ${JSON.stringify(tensor.shape)},
                ${tensor.end - tensor.begin}, 0)`,
  )
  let n = 0
  for (const data of weights.pieces(tensor)) {
    run(db, sql`INSERT OR REPLACE INTO tensor_chunk VALUES (${sha256}, ${n++}, ${data})`)
  }
  runOne(db, sql`UPDATE tensor SET whole = 1 WHERE sha256 = ${sha256}`)
}

function insertModel(
  db: WritableDb,
  weights: SafetensorsFile,
  hashes: Hashes,
  files: readonly SmallFile[],
): ModelId {
  return transaction(db, () => {
    const id = run(
      db,
      sql`INSERT INTO model (sha256, header, created_at)
          VALUES (${hashes.file}, ${weights.header}, ${Date.now()})`,
    ).id as ModelId
    for (const { name, data } of files) {
      run(db, sql`INSERT INTO model_file VALUES (${id}, ${name}, ${data})`)
    }
    for (const [name, sha256] of hashes.tensors) {
      run(db, sql`INSERT INTO model_tensor VALUES (${id}, ${name}, ${sha256})`)
    }
    return id
  })
}

function writeWeights(db: ReadableDb, model: StoredModel, path: string): void {
  const { header } = only<{ header: Buffer }>(
    db,
    sql`SELECT header FROM model WHERE id = ${model.id}`,
  )
  const hash = createHash('sha256').update(header)
  const file = openSync(path, 'w')
  try {
    writeSync(file, header)
    for (const tensor of tensorsOfHeader(header, path)) {
      for (const chunk of tensorChunks(db, model.id, tensor.name)) {
        hash.update(chunk)
        writeSync(file, chunk)
      }
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  const got = hash.digest('hex')
  if (got !== model.sha256) fail('model.damaged', { path, expected: model.sha256, got })
}

function* tensorChunks(db: ReadableDb, id: ModelId, name: string): Generator<Buffer> {
  const chunks = all<{ sha256: string; n: number }>(
    db,
    sql`SELECT sha256, n FROM model_tensor JOIN tensor_chunk USING (sha256)
        WHERE model_id = ${id} AND name = ${name} ORDER BY n`,
  )
  for (const { sha256, n } of chunks) {
    yield only<{ data: Buffer }>(
      db,
      sql`SELECT data FROM tensor_chunk WHERE sha256 = ${sha256} AND n = ${n}`,
    ).data
  }
}

function unusedTensors(db: ReadableDb): string[] {
  return all<{ sha256: string }>(
    db,
    sql`SELECT sha256 FROM tensor WHERE NOT EXISTS
          (SELECT 1 FROM model_tensor WHERE model_tensor.sha256 = tensor.sha256)`,
  ).map((row) => row.sha256)
}

function sha256OfFile(path: string): string | null {
  if (!existsSync(path)) return null
  const weights = openWhole(path)
  if (!weights) return null
  try {
    return hashTensors(weights).file
  } finally {
    weights.close()
  }
}

/** Null for a file that is not whole, as after a cut-off copy. */
function openWhole(path: string): SafetensorsFile | null {
  try {
    return new SafetensorsFile(path)
  } catch {
    return null
  }
}
