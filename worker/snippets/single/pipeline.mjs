// Needs: npm install @huggingface/transformers
// Run:   node snippets/pipeline.mjs TEXT TEXT ...
// Without texts it answers two sentences of its own, which may be far from the classes.
// In a browser serve this folder, set env.localModelPath and name the dtype: 'fp32' or 'q8'.
import { fileURLToPath } from 'node:url'
import { env, pipeline } from '@huggingface/transformers'

env.allowRemoteModels = false
// With --int8 the smaller model answers, where the folder has one.
const [int8] = process.argv.splice(2, Number(process.argv[2] === '--int8'))
const dtype = int8 ? 'q8' : 'fp32'
const folder = fileURLToPath(new URL('..', import.meta.url))
const classify = await pipeline('text-classification', folder, { dtype })

const texts = process.argv.length > 2 ? process.argv.slice(2) : ['今天天气很好', '这家店再也不来了']
const answers = await classify(texts)
answers.forEach(({ label, score }, i) => console.log(label, score.toFixed(4), texts[i]))
