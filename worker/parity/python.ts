import { spawn } from 'node:child_process'
import { text as readAll } from 'node:stream/consumers'
import type { Answers, Question, Runtime } from './answers.ts'

/** Feeds the exported snippet's own function from stdin, in batches. */
const driver = `
import json, sys
sys.path.insert(0, "snippets")
try:
    import predict
except ImportError as error:
    sys.exit(f"absent: {error.name or 'Python'}: {error}")
texts = json.load(sys.stdin)
rows = []
batch = int(sys.argv[1])
for start in range(0, len(texts), batch):
    rows += predict.logits(texts[start:start + batch]).tolist()
json.dump(rows, sys.stdout)
`

/**
 * Where Python's tokenizers 0.23 and the JavaScript one part ways, from a comparison over all of
 * Unicode: capital sigma (final or not), Han beyond U+FFFF, and marks and punctuation of a few scripts
 * that one side's tables do not know.
 */
const tokenizedDifferently =
  /[\u03a3\u0600-\u1dff\u2e43-\u2e7f\ua800-\ua9ff\u{10000}-\u{1efff}\u{20000}-\u{3ffff}]/u

/** Python's onnxruntime and tokenizers, through the exported `predict.py`. */
export const pythonRuntime: Runtime = {
  name: 'Python onnxruntime',
  ask,
  isExcused: ({ a, b = '' }) => tokenizedDifferently.test(a) || tokenizedDifferently.test(b),
  excuse: "have characters that Python's tokenizers splits otherwise",
}

async function ask({ folder, model, batch, isPair, texts, signal }: Question): Promise<Answers> {
  const command = process.platform === 'win32' ? 'python' : 'python3'
  const child = spawn(
    command,
    ['-c', driver, String(batch), ...(model === 'int8' ? ['--int8'] : [])],
    {
      cwd: folder,
      signal,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
    },
  )
  let isStarted = true
  const ended = new Promise<number | string>((resolve) => {
    child.on('error', ({ message }) => {
      isStarted = child.pid !== undefined
      resolve(message)
    })
    child.on('close', (code) => resolve(code ?? 'killed'))
  })
  // A process that ends before it has read everything closes the pipe.
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(texts.map(({ a, b }) => (isPair ? [a, b] : a))))
  const [output, complaint, code] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    ended,
  ])
  if (code !== 0) {
    const last = complaint.trim().split('\n').at(-1) || `${command}: ${code}`
    if (!isStarted) return { kind: 'absent', missing: command, reason: last }
    const [, missing, reason] = /^absent: ([^:]*): (.*)/.exec(last) ?? []
    return missing === undefined || reason === undefined
      ? { kind: 'failed', reason: last }
      : { kind: 'absent', missing, reason }
  }
  return { kind: 'logits', values: JSON.parse(output) as number[][] }
}
