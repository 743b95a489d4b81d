import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answers, Question, Runtime } from './answers.ts'
import { typedSpecial, type ParityText } from './texts.ts'
import type { TransformersAnswer, TransformersQuestion } from './transformers-process.ts'

const entry = fileURLToPath(new URL('./transformers-process.ts', import.meta.url))
const library = '@huggingface/transformers'

/**
 * transformers.js in a process of its own, for it brings an onnxruntime of its own: the
 * text-classification pipeline, or tokenizer and model for pairs, which the pipeline does not take.
 */
export const transformersRuntime: Runtime = {
  name: 'transformers.js',
  ask,
  isExcused: isCutTooEarly,
  excuse: 'are cut by its tokenizer before special tokens typed in them are dropped',
}

async function ask(question: Question): Promise<Answers> {
  const { folder, model, batch, isPair, texts, signal } = question
  // A packaged program has neither the library nor a Node that could be started.
  if (!isInstalled()) {
    const reason = `the package ${library} is not installed`
    return { kind: 'absent', missing: library, reason }
  }
  const child = fork(entry, {
    serialization: 'advanced',
    signal,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let complaint = ''
  child.stderr!.on('data', (chunk) => (complaint += chunk))
  const answer = await new Promise<TransformersAnswer>((resolve) => {
    const failed = (reason: string) => resolve({ kind: 'failed', reason })
    child.on('message', (message) => resolve(message as TransformersAnswer))
    child.on('error', ({ message }) => failed(message))
    child.on('close', (code) =>
      failed(complaint.trim().split('\n').at(-1) || `it ended with ${code}`),
    )
    child.send({ folder, model, batch, isPair, texts } satisfies TransformersQuestion)
  })
  child.kill()
  return answer
}

function isInstalled(): boolean {
  try {
    import.meta.resolve(library)
    return true
  } catch {
    return false
  }
}

/** The pipeline cuts the ids of one text, counting special ones that the graph leaves out. */
function isCutTooEarly({ a }: ParityText, { isPair, modelMaxLength }: Question): boolean {
  return !isPair && typedSpecial.test(a) && Array.from(a).length > modelMaxLength - 2
}
