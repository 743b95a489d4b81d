import { openExported } from '../exported-model.ts'
import type { Runtime } from './answers.ts'

/** onnxruntime-node over the files as written, in batches of mixed lengths. */
export const nodeRuntime: Runtime = {
  name: 'onnxruntime-node',
  async ask({ folder, model: file, batch, threads, texts }) {
    const model = await openExported(folder, threads, file)
    try {
      const values: number[][] = []
      for (let start = 0; start < texts.length; start += batch) {
        const rows = texts.slice(start, start + batch).map((text) => model.encode(text))
        values.push(...(await model.run(rows)))
      }
      return { kind: 'logits', values }
    } finally {
      await model.dispose()
    }
  },
  isExcused: () => false,
  excuse: '',
}
