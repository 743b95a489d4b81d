import { entry } from './entry.ts'

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1)

/** Bytes: what a run is estimated to take, and how much is free. */
type NotEnough = { expected: number; got: number }

export const memoryErrors = {
  'memory.notEnough': entry<NotEnough>(
    'environment',
    (d) =>
      `The run was not started: it would take about ${gigabytes(d.expected)} GB of memory, and ` +
      `${gigabytes(d.got)} GB are free. Close other programs, or take smaller batches, more parts of a ` +
      `batch, or compute activations again; or start anyway.`,
    (d) =>
      `没有开始：这次运行约需 ${gigabytes(d.expected)} GB 内存，可用 ${gigabytes(d.got)} GB。关掉别的程序，或把批设小、一批多分几份、改用重算；也可以仍然开始。`,
  ),
}
