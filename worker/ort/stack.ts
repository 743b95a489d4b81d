import type { Feeds, HostTensor } from '../../engine/executor.ts'

/** Tensors of the same name and shape, one behind the other: [runs, ...]. */
export function stack(runs: readonly Feeds[]): Feeds {
  const names = Object.keys(runs[0]!)
  return Object.fromEntries(names.map((name) => [name, stackOne(runs.map((run) => run[name]!))]))
}

function stackOne(tensors: readonly HostTensor[]): HostTensor {
  const { dtype, shape, data } = tensors[0]!
  const all = new (data.constructor as Float32ArrayConstructor)(data.length * tensors.length)
  tensors.forEach((tensor, i) => all.set(tensor.data as Float32Array, i * data.length))
  return { dtype, shape: [tensors.length, ...shape], data: all }
}

/** The share of each run in results that are stacked so. */
export function unstack(
  results: Readonly<Record<string, HostTensor>>,
  runs: number,
): Record<string, HostTensor>[] {
  return Array.from({ length: runs }, (_, run) =>
    Object.fromEntries(Object.entries(results).map(([name, all]) => [name, share(all, run, runs)])),
  )
}

function share({ dtype, shape, data }: HostTensor, run: number, runs: number): HostTensor {
  const size = data.length / runs
  return { dtype, shape: shape.slice(1), data: data.subarray(run * size, (run + 1) * size) }
}
