import type { ModelFile } from '../../core/job.ts'
import type { Answers, Question } from './answers.ts'

/** A process that asks an exported folder one question through transformers.js. */

export type TransformersQuestion = Pick<Question, 'folder' | 'model' | 'batch' | 'isPair' | 'texts'>
export type TransformersAnswer = Answers

type Library = typeof import('@huggingface/transformers')

/** What the library calls the two. */
const dtypes: Readonly<Record<ModelFile, 'fp32' | 'q8'>> = { float32: 'fp32', int8: 'q8' }

process.once('message', (question: TransformersQuestion) => {
  void answer(question).then((answers) => process.send!(answers))
})

async function answer(question: TransformersQuestion): Promise<TransformersAnswer> {
  try {
    const library = await import('@huggingface/transformers')
    library.env.allowRemoteModels = false
    return await (question.isPair ? answerPairs : answerTexts)(library, question)
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

async function answerTexts(
  { pipeline }: Library,
  { folder, model, batch, texts }: TransformersQuestion,
): Promise<TransformersAnswer> {
  const classify = await pipeline('text-classification', folder, { dtype: dtypes[model] })
  const { label2id } = classify.model.config as unknown as { label2id: Record<string, number> }
  const values: number[][] = []
  for (let start = 0; start < texts.length; start += batch) {
    const chosen = texts.slice(start, start + batch).map(({ a }) => a)
    for (const scores of await classify(chosen, { top_k: null })) {
      const byLabel = new Map(scores.map(({ label, score }) => [label, score]))
      const row: number[] = []
      for (const [label, c] of Object.entries(label2id)) row[c] = byLabel.get(label)!
      values.push(row)
    }
  }
  return { kind: 'probabilities', values }
}

/** One at a time, so that no tokenizer has to pad or cut: the graph cuts. */
async function answerPairs(
  { AutoModelForSequenceClassification, AutoTokenizer }: Library,
  { folder, model: file, texts }: TransformersQuestion,
): Promise<TransformersAnswer> {
  const tokenizer = await AutoTokenizer.from_pretrained(folder)
  const model = await AutoModelForSequenceClassification.from_pretrained(folder, {
    dtype: dtypes[file],
  })
  const values: number[][] = []
  for (const { a, b } of texts) {
    const { logits } = await model(tokenizer(a.replaceAll('[SEP]', ' '), { text_pair: b }))
    values.push(Array.from(logits.data as Float32Array))
  }
  return { kind: 'logits', values }
}
