import { InferenceSession, Tensor } from 'onnxruntime-node'

/** An exported graph that answers. */
export interface ClassifierSession {
  /** Logits of rows of token ids, run as one batch padded to the longest. */
  run(rows: readonly (readonly number[])[]): Promise<number[][]>
  dispose(): Promise<void>
}

/** Opens an exported graph from a file or its bytes; `pad` fills up short rows. */
export async function openClassifier(
  model: string | Uint8Array,
  pad: number,
  threads: number,
): Promise<ClassifierSession> {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 as const }
  const session =
    typeof model === 'string'
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options)
  return { run: (rows) => runBatch(session, pad, rows), dispose: () => session.release() }
}

async function runBatch(
  session: InferenceSession,
  pad: number,
  rows: readonly (readonly number[])[],
): Promise<number[][]> {
  const length = Math.max(...rows.map((ids) => ids.length))
  const ids = new BigInt64Array(rows.length * length).fill(BigInt(pad))
  const mask = new BigInt64Array(rows.length * length)
  rows.forEach((row, i) => {
    row.forEach((id, j) => (ids[i * length + j] = BigInt(id)))
    mask.fill(1n, i * length, i * length + row.length)
  })
  const shape = [rows.length, length]
  const { logits } = await session.run({
    input_ids: new Tensor('int64', ids, shape),
    attention_mask: new Tensor('int64', mask, shape),
  })
  const data = logits!.data as Float32Array
  const classes = logits!.dims[1]!
  return rows.map((_, i) => Array.from(data.subarray(i * classes, (i + 1) * classes)))
}

const batch = 32

/** Places of rows in batches of like length, so that there is little padding. */
export function batchesOfLikeLength(rows: readonly (readonly number[])[]): number[][] {
  const order = rows.map((_, i) => i).sort((p, q) => rows[p]!.length - rows[q]!.length)
  const batches: number[][] = []
  for (let start = 0; start < order.length; start += batch) {
    batches.push(order.slice(start, start + batch))
  }
  return batches
}
