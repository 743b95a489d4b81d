import type { Task } from '../../core/task.ts'
import { classPrefix, configJson, type ModelConfig } from '../model/config.ts'

/**
 * The `config.json` of the exported classifier: what `pipeline('text-classification')` reads. Classes
 * stand there by name, in the order of the logits.
 */
export function classifierConfig(
  config: ModelConfig,
  padTokenId: number,
  { classes }: Task,
): Record<string, unknown> {
  return {
    ...configJson(config, padTokenId),
    architectures: [`${classPrefix[config.family]}ForSequenceClassification`],
    problem_type: 'single_label_classification',
    id2label: Object.fromEntries(classes.map(({ name }, i) => [String(i), name])),
    label2id: Object.fromEntries(classes.map(({ name }, i) => [name, i])),
    // Without it the browser looks for a quantized file first.
    'transformers.js_config': { dtype: 'fp32' },
  }
}

/** The `pattern.json`: what the graph has inside, for people and for a later import. */
export function patternFile(task: Task, temperature: number, maxTokens: number) {
  const { kind, classes, patterns, groups } = task
  return { version: 1, kind, classes, patterns, groups, temperature, maxTokens }
}
