import * as v from 'valibot'

/** How a training step is carried out: which optimiser, in how many parts, and what it moves. */

const Count = v.pipe(v.number(), v.integer(), v.minValue(1))

export const optimizers = ['adamw', 'lamb'] as const

/** Which dense layers LoRA adapts: the queries and values of attention, or all. */
const loraTargets = ['query-value', 'dense'] as const

export const LoraSchema = v.strictObject({
  rank: Count,
  /** What the adapters add is multiplied by alpha / rank. */
  alpha: v.pipe(v.number(), v.gtValue(0)),
  targets: v.picklist(loraTargets),
})
export type Lora = v.InferOutput<typeof LoraSchema>

/**
 * What of a model is trained: everything, the biases (BitFit), the last layers with the head, or
 * low-rank adapters (LoRA).
 */
export const TrainedSchema = v.union([
  v.picklist(['all', 'biases']),
  v.strictObject({ top: Count }),
  v.strictObject({ lora: LoraSchema }),
])
export type Trained = v.InferOutput<typeof TrainedSchema>

/** float16: matrix products in half precision, over float32 weights. */
export const precisions = ['float32', 'float16'] as const
export type Precision = (typeof precisions)[number]

/** Optional everywhere: runs that were stored without them were what the defaults say. */
export const StepOptionsSchema = v.object({
  optimizer: v.optional(v.picklist(optimizers), 'adamw'),
  /** Micro-batches that a batch is cut into, one after the other, to need less memory. */
  accumulate: v.optional(Count, 1),
  /**
   * Activation checkpointing: the backward pass keeps what goes into every so many layers and computes
   * the rest again, to need less memory; 0 keeps everything.
   */
  recompute: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  precision: v.optional(v.picklist(precisions), 'float32'),
  train: v.optional(TrainedSchema, 'all'),
  /** Moments and updates stay in the host's memory, whatever device computes the gradients. */
  offload: v.optional(v.boolean(), false),
})
export type StepOptions = v.InferOutput<typeof StepOptionsSchema>

export const defaultStepOptions: StepOptions = v.parse(StepOptionsSchema, {})

const usualLora: Lora = { rank: 8, alpha: 16, targets: 'query-value' }

/** `all`, `biases`, `top:2`, `lora:8:16:dense`; of LoRA, what is as usual may be left out at the end. */
export function trainedText(trained: Trained): string {
  if (typeof trained === 'string') return trained
  if ('top' in trained) return `top:${trained.top}`
  const { rank, alpha, targets } = trained.lora
  const parts = [rank, alpha, targets]
  const usual = [usualLora.rank, usualLora.alpha, usualLora.targets]
  const said = parts.findLastIndex((part, i) => part !== usual[i])
  return ['lora', ...parts.slice(0, said + 1)].join(':')
}

/** What `trainedText` wrote, or null. */
export function parseTrained(text: string): Trained | null {
  const [kind, ...parts] = text.trim().split(':')
  const [rank = usualLora.rank, alpha = usualLora.alpha, targets = usualLora.targets] = parts
  const lora = { rank: Number(rank), alpha: Number(alpha), targets }
  const most = { top: 1, lora: 3 }[kind!] ?? 0
  const given = { top: { top: Number(parts[0]) }, lora: { lora } }[kind!] ?? kind
  const parsed = v.safeParse(TrainedSchema, given)
  return parsed.success && parts.length <= most ? parsed.output : null
}
