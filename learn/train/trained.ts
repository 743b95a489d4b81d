import { fail } from '../../core/errors.ts'
import type { Trained } from '../../core/step-options.ts'
import { floatData, floats, type HostTensor, type NamedTensors } from '../../engine/executor.ts'
import type { GraphBuilder } from '../../engine/ir/builder.ts'
import type { Graph } from '../../engine/ir/graph.ts'
import type { ParameterNodes } from '../model/bert.ts'
import type { ModelConfig } from '../model/config.ts'
import {
  namesOf,
  parameterShapes,
  type ParameterShapes,
  type Weights,
} from '../model/parameters.ts'
import { adapters } from './lora.ts'

/** What of a model is trained, and how the model is made of it. */
export interface TrainedPart {
  /** The tensors that the optimiser moves. */
  readonly shapes: ParameterShapes
  /** Parameters of the model that programs read and never change. */
  readonly frozen: ParameterShapes
  /**
   * The first layer that is trained, where everything below it is frozen. Dropout is off below, so
   * that what goes into this layer depends on the text alone.
   */
  readonly firstLayer?: number
  /** The trained tensors at the start of a run, owned by the caller. */
  start(weights: Weights, seed: number): Map<string, HostTensor>
  /** The model's parameters as nodes, given those of the tensors above. */
  parameters(b: GraphBuilder, tensor: ParameterNodes): ParameterNodes
  /** Rewrites the graph of the loss to what computes the same with less. */
  rewrite(b: GraphBuilder, graph: Graph): Graph
  /** The model's parameters, given the values of the tensors above. */
  merge(tensors: NamedTensors): Map<string, HostTensor>
}

/** Errors: `train.tooManyLayers`, `train.sharedLayers`. */
export function trainedPart(config: ModelConfig, trained: Trained): TrainedPart {
  const shapes = parameterShapes(config)
  if (trained === 'all') return subset(shapes, () => true)
  // Every bias, those of layer norms and of the head too; scales of norms stay (Ben Zaken et al. 2022).
  if (trained === 'biases') return subset(shapes, (name) => name.endsWith('.bias'))
  if ('lora' in trained) return adapters(config, trained.lora)
  const { layers } = config
  const firstLayer = layers - trained.top
  if (firstLayer < 0) fail('train.tooManyLayers', { asked: trained.top, layers })
  if (firstLayer > 0 && sharesLayers(config)) fail('train.sharedLayers', { layers })
  return { ...subset(shapes, isFrom(config, firstLayer)), firstLayer }
}

function sharesLayers(config: ModelConfig): boolean {
  const { layer } = namesOf(config)
  return layer(0).query === layer(1).query
}

/**
 * The layers from `first` on, and the head with its bias. The decoder is tied to the word embeddings,
 * which are frozen with all the embeddings.
 */
function isFrom(config: ModelConfig, first: number): (name: string) => boolean {
  const { layer, headDense, headNorm, headBias } = namesOf(config)
  const layers = Array.from({ length: config.layers - first }, (_, i) => layer(first + i))
  const parts = [...layers.flatMap((names) => Object.values(names)), headDense, headNorm]
  const trained = new Set(parts.flatMap((part) => [`${part}.weight`, `${part}.bias`]))
  return (name) => trained.has(name) || name === headBias
}

/** Some of the model's own parameters. */
function subset(all: ParameterShapes, isTrained: (name: string) => boolean): TrainedPart {
  const only = (wanted: boolean) => new Map([...all].filter(([name]) => isTrained(name) === wanted))
  const shapes = only(true)
  return {
    shapes,
    frozen: only(false),
    start: (weights) =>
      new Map(
        [...shapes].map(([name, shape]) => [
          name,
          floats(shape, floatData(weights.get(name)).slice()),
        ]),
      ),
    parameters: (_, tensor) => tensor,
    rewrite: (_, graph) => graph,
    merge: (tensors) => new Map([...all.keys()].map((name) => [name, tensors.get(name)!])),
  }
}
