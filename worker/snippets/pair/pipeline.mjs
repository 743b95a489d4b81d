// Needs: npm install @huggingface/transformers
// Run:   node snippets/pipeline.mjs FIRST SECOND FIRST SECOND ...
// Without texts it answers two sentences of its own, which may be far from the classes.
// In a browser serve this folder, set env.localModelPath and name the dtype: 'fp32' or 'q8'.
import { fileURLToPath } from 'node:url'
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  softmax,
} from '@huggingface/transformers'

env.allowRemoteModels = false
// With --int8 the smaller model answers, where the folder has one.
const [int8] = process.argv.splice(2, Number(process.argv[2] === '--int8'))
const dtype = int8 ? 'q8' : 'fp32'
const folder = fileURLToPath(new URL('..', import.meta.url))
const tokenizer = await AutoTokenizer.from_pretrained(folder)
const model = await AutoModelForSequenceClassification.from_pretrained(folder, { dtype })

const texts = process.argv.length > 3 ? process.argv.slice(2) : ['今天下雨', '今天天气不好']
for (let i = 0; i < texts.length; i += 2) {
  // pipeline() takes no pairs. The model cuts long texts itself; [SEP] would end the first text.
  const [first, second] = [texts[i].replaceAll('[SEP]', ' '), texts[i + 1]]
  const { logits } = await model(tokenizer(first, { text_pair: second }))
  const answer = softmax([...logits.data])
  const best = answer.indexOf(Math.max(...answer))
  console.log(model.config.id2label[best], answer[best].toFixed(4), first, second)
}
