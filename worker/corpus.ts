import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { Jieba } from '@node-rs/jieba'
import { dict } from '@node-rs/jieba/dict.js'
import { wordStart, type CorpusSource, type TokenCorpus } from '../learn/pretrain/corpus.ts'
import { createTokenizer, type TextTokenizer } from '../learn/text/tokenizer.ts'
import { buildVocab, emptyCounts, parseVocab, textCounter } from '../learn/text/vocab.ts'

/** A text file (one paragraph a line, documents parted by blank lines), plain or gzip. */
export interface CorpusFile {
  readonly path: string
  readonly weight: number
}

export interface PreparedCorpus {
  readonly corpus: TokenCorpus
  readonly tokenizer: TextTokenizer
}

/** One document in fifty is held out, by the hash of its first line. */
const heldOutShare = 50
/** Shorter lines say too little to predict from. */
const leastCharacters = 6
/** Every n-th line is counted for the vocabulary. */
const countEvery = 4

/** Raised when the same files are tokenised or laid out in another way. */
const format = 1

/**
 * Reads, counts, segments and tokenises a corpus, and keeps the result in `folder`: a second call
 * with files of the same content and the same vocabulary size reads it back.
 */
export async function prepareCorpus(
  files: readonly CorpusFile[],
  vocabSize: number,
  folder: string,
  report: (phase: string, done: number, total: number) => void,
  given?: TextTokenizer,
): Promise<PreparedCorpus> {
  const contents = await Promise.all(files.map(({ path }) => sha256Of(path)))
  const key = createHash('sha256')
    .update(JSON.stringify([format, contents, vocabSize, given?.vocab, given?.normalization]))
    .digest('hex')
  const cache = join(folder, `corpus-${key.slice(0, 12)}`)
  const known = await readCache(cache, files, given)
  if (known !== undefined) return known
  const tokenizer = given ?? createTokenizer(await countVocab(files, vocabSize, report))
  const corpus = await tokenizeFiles(files, tokenizer, report)
  await writeCache(cache, { corpus, tokenizer })
  return { corpus, tokenizer }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

async function countVocab(
  files: readonly CorpusFile[],
  size: number,
  report: (phase: string, done: number, total: number) => void,
): Promise<string[]> {
  const counts = emptyCounts()
  const count = textCounter(counts, { lowercase: true })
  for (const [i, { path }] of files.entries()) {
    report('vocabulary', i, files.length)
    let line = 0
    for await (const text of linesOf(path)) {
      if (line++ % countEvery === 0) count(text)
    }
  }
  return buildVocab(counts, { size })
}

async function tokenizeFiles(
  files: readonly CorpusFile[],
  tokenizer: TextTokenizer,
  report: (phase: string, done: number, total: number) => void,
): Promise<TokenCorpus> {
  const encode = wordEncoder(tokenizer)
  const tokens = new GrowingUint16()
  const lines = [0]
  const append = (line: Uint16Array) => {
    tokens.append(line)
    lines.push(tokens.length)
  }
  const sources: CorpusSource[] = []
  for (const [i, { path, weight }] of files.entries()) {
    report('tokenise', i, files.length)
    const first = lines.length - 1
    const kept: Uint16Array[] = []
    const eachLine = !(await hasBlankLines(path))
    let [newDocument, held] = [true, false]
    for await (const text of linesOf(path)) {
      if (text === '' || eachLine) newDocument = true
      if ([...text].length < leastCharacters) continue
      if (newDocument) held = isHeldOut(text)
      newDocument = false
      if (held) kept.push(encode(text))
      else append(encode(text))
    }
    const end = lines.length - 1
    kept.forEach(append)
    const heldOut = kept.map((_, k) => end + k)
    sources.push({ name: basename(path), weight, first, end, heldOut })
  }
  return { tokens: tokens.toArray(), lines: Uint32Array.from(lines), sources }
}

/** Tokens of a line with the first of each word flagged; words are those of a segmenter. */
function wordEncoder(tokenizer: TextTokenizer): (text: string) => Uint16Array {
  const jieba = Jieba.withDict(dict)
  const known = new Map<string, Uint16Array>()
  const encodeWord = (word: string): Uint16Array => {
    const ids = Uint16Array.from(tokenizer.ids(word))
    if (ids.length > 0) ids[0]! |= wordStart
    if (known.size < 500_000) known.set(word, ids)
    return ids
  }
  return (text) => {
    const pieces = joinLatin(jieba.cut(text)).map((word) => known.get(word) ?? encodeWord(word))
    const line = new Uint16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of pieces) {
      line.set(piece, at)
      at += piece.length
    }
    return line
  }
}

/** The segmenter parts `iphone6s`, which the tokenizer reads as one word. */
function joinLatin(words: readonly string[]): string[] {
  const joined: string[] = []
  for (const word of words) {
    const last = joined.length - 1
    if (last >= 0 && latin.test(word) && latin.test(joined[last]!)) joined[last] += word
    else joined.push(word)
  }
  return joined
}

const latin = /^[A-Za-z0-9]+$/

function isHeldOut(firstLine: string): boolean {
  return createHash('sha256').update(firstLine).digest().readUInt32LE() % heldOutShare === 0
}

/** Files whose first thousand lines have no blank one hold one document a line. */
async function hasBlankLines(path: string): Promise<boolean> {
  let line = 0
  for await (const text of linesOf(path)) {
    if (text === '') return true
    if (++line === 1000) break
  }
  return false
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    yield line.replace(/^\ufeff/, '').trim()
  }
}

class GrowingUint16 {
  #data = new Uint16Array(2 ** 20)
  length = 0

  append(values: Uint16Array): void {
    if (this.length + values.length > this.#data.length) {
      const larger = new Uint16Array(2 * this.#data.length + values.length)
      larger.set(this.#data.subarray(0, this.length))
      this.#data = larger
    }
    this.#data.set(values, this.length)
    this.length += values.length
  }

  toArray(): Uint16Array {
    return this.#data.slice(0, this.length)
  }
}

async function writeCache(cache: string, { corpus, tokenizer }: PreparedCorpus): Promise<void> {
  const part = `${cache}.part`
  await mkdir(part, { recursive: true })
  await writeFile(join(part, 'vocab.txt'), `${tokenizer.vocab.join('\n')}\n`)
  await writeFile(join(part, 'tokens.bin'), corpus.tokens)
  await writeFile(join(part, 'lines.bin'), corpus.lines)
  await writeFile(join(part, 'sources.json'), JSON.stringify(corpus.sources))
  await rename(part, cache)
}

async function readCache(
  cache: string,
  files: readonly CorpusFile[],
  given?: TextTokenizer,
): Promise<PreparedCorpus | undefined> {
  try {
    const vocab = parseVocab(await readFile(join(cache, 'vocab.txt'), 'utf8'))
    const tokenizer = given ?? createTokenizer(vocab)
    const bytes = async (name: string) => new Uint8Array(await readFile(join(cache, name))).buffer
    const sources = JSON.parse(
      await readFile(join(cache, 'sources.json'), 'utf8'),
    ) as CorpusSource[]
    const corpus = {
      tokens: new Uint16Array(await bytes('tokens.bin')),
      lines: new Uint32Array(await bytes('lines.bin')),
      sources: sources.map((source, i) => ({ ...source, weight: files[i]!.weight })),
    }
    return { corpus, tokenizer }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
