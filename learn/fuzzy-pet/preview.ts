import { fromRecord } from '../../core/errors.ts'
import type { QuestionText, TextScore } from '../../core/job.ts'
import { argmax, softmax } from '../../core/probability.ts'
import type { Task } from '../../core/task.ts'
import { floatData, type Executor, type Program, type Store } from '../../engine/executor.ts'
import { GraphBuilder } from '../../engine/ir/builder.ts'
import type { ModelConfig } from '../model/config.ts'
import { parameterShapes, type Weights } from '../model/parameters.ts'
import { patternFindings } from '../prompt/check-pattern.ts'
import { soundWords, spellWords, wordFindings, type Words } from '../prompt/check-words.ts'
import { assemble, encodePattern, type EncodedPattern } from '../prompt/pattern.ts'
import { agreement, attainable, classLogits, type VariantScore } from '../prompt/words.ts'
import type { TextTokenizer } from '../text/tokenizer.ts'
import { patternFeeds } from './batch.ts'
import { anySize, vocabularyLogProbabilities } from './graph.ts'

export interface PreviewModel {
  readonly executor: Executor
  readonly config: ModelConfig
  readonly tokenizer: TextTokenizer
  readonly weights: Weights
}

/** Says what a model thinks of a few texts, with any task. */
export interface Preview {
  /**
   * In the order of the texts. Words and patterns that cannot be used are left out; where nothing is
   * left, this fails with the first of the findings. `maxTokens` is the length of the sequences.
   */
  score(task: Task, texts: readonly QuestionText[], maxTokens: number): Promise<TextScore[]>
}

/**
 * The programs give log probabilities over the whole vocabulary, so that they outlive every change of
 * a word or pattern: only another number of masks makes a new one. A sound task gets the scores of `createScorer`.
 */
export function createPreview(model: PreviewModel): Preview {
  const weights = model.executor.createStore(model.weights)
  const programs = new Map<number, Promise<Program>>()
  const program = (masks: number): Promise<Program> => {
    const known = programs.get(masks) ?? compile(model, masks)
    programs.set(masks, known)
    return known
  }
  return {
    async score(task, texts, maxTokens) {
      const passes = passesOf(task, model.tokenizer, maxTokens)
      const budget = maxTokens - Math.max(...passes.map(({ pattern }) => pattern.constants))
      const scores: VariantScore[][] = []
      for (const pass of passes) {
        scores.push(await runPass(model, await weights, pass, texts, budget, program))
      }
      return texts.map((_, i) =>
        textScore(
          task,
          scores.map((pass) => pass[i]!),
        ),
      )
    },
  }
}

/** One forward pass: a pattern with as many masks as some of the words are long. */
interface Pass {
  readonly pattern: EncodedPattern
  readonly masks: number
  /** `[G][C]`: token ids of the words of this length, undefined where there is none. */
  readonly words: readonly (readonly (readonly number[] | undefined)[])[]
  /** `[C]`; 0 for a class without words. */
  readonly attainable: readonly number[]
}

function passesOf(task: Task, tokenizer: TextTokenizer, maxTokens: number): Pass[] {
  const words = spellWords(task, tokenizer)
  const sound = soundWords(words)
  const usable = words.map((group, g) =>
    group.map((word, c) => (sound[g]![c] ? word!.ids : undefined)),
  )
  const lengths = [...new Set(usable.flat().flatMap((ids) => (ids ? [ids.length] : [])))]
  const context = { kind: task.kind, tokenizer, masks: lengths, maxTokens }
  const findings = task.patterns.map((pattern) => patternFindings(pattern, context))
  const patterns = task.patterns.filter((_, i) =>
    findings[i]!.every(({ severity }) => severity === 'warning'),
  )
  if (lengths.length === 0 || patterns.length === 0) refuse(task, words, findings.flat())
  return patterns.flatMap((pattern) =>
    lengths
      .sort((x, y) => x - y)
      .map((masks) => {
        const ofLength = usable.map((group) =>
          group.map((ids) => (ids?.length === masks ? ids : undefined)),
        )
        return {
          pattern: encodePattern(tokenizer, pattern, masks),
          masks,
          words: ofLength,
          attainable: task.classes.map((_, c) =>
            attainable(ofLength.flatMap((group) => (group[c] ? [group[c]] : []))),
          ),
        }
      }),
  )
}

function refuse(task: Task, words: Words, ofPatterns: ReturnType<typeof patternFindings>): never {
  const none = task.groups.length === 0 ? 'task.noGroup' : 'task.noPattern'
  const first = [...wordFindings(task, words), ...ofPatterns].find((f) => f.severity === 'error')
  throw fromRecord(first?.error ?? { code: none, details: {} })
}

function compile({ config, executor }: PreviewModel, masks: number): Promise<Program> {
  const b = new GraphBuilder()
  const shapes = parameterShapes(config)
  const parameter = (name: string) => b.input(name, 'float32', shapes.get(name)!)
  const words = vocabularyLogProbabilities(b, config, parameter, masks, anySize)
  return executor.compile({ outputs: { words } })
}

async function runPass(
  { tokenizer, config }: PreviewModel,
  weights: Store,
  pass: Pass,
  texts: readonly QuestionText[],
  budget: number,
  program: (masks: number) => Promise<Program>,
): Promise<VariantScore[]> {
  const filled = texts.map(({ a, b = '' }) =>
    assemble(pass.pattern, tokenizer.ids(a), tokenizer.ids(b), budget),
  )
  const tokens = Math.max(...filled.map(({ ids }) => ids.length))
  const feeds = patternFeeds(filled, { batch: texts.length, tokens }, tokenizer.specials.pad)
  const out = await (await program(pass.masks)).run(feeds, weights)
  const data = floatData(out['words'])
  return texts.map((_, row) => ({
    masks: pass.masks,
    groups: pass.words.map((_, g) => g),
    attainable: pass.attainable,
    logProbabilities: pass.words.map((group) =>
      group.map((ids) =>
        ids === undefined
          ? -Infinity
          : ids.reduce(
              (sum, id, j) => sum + data[(row * pass.masks + j) * config.vocabSize + id]!,
              0,
            ),
      ),
    ),
  }))
}

function textScore(task: Task, passes: readonly VariantScore[]): TextScore {
  const logits = classLogits(passes)
  const groups = task.groups.map((_, g) =>
    task.classes.map((_, c) => {
      const said = passes.map((pass) => pass.logProbabilities[g]![c]!).filter(Number.isFinite)
      return said.length === 0
        ? -Infinity
        : said.reduce((sum, value) => sum + value, 0) / said.length
    }),
  )
  const speaking = groups.filter((group) => group.some(Number.isFinite))
  return {
    logits: logits.map((logit) => (Number.isFinite(logit) ? logit : null)),
    probabilities: softmax(logits),
    groups: groups.map((group) =>
      group.map((value) => (Number.isFinite(value) ? Math.exp(value) : null)),
    ),
    agreement: agreement(speaking, argmax(logits)),
  }
}
