/** Ends a test run with one plain line that any program can read. */
export default async function* closingLine(
  source: AsyncIterable<{ type: string; data: unknown }>,
): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type !== 'test:summary') continue
    const { counts, file } = data as Summary
    if (file !== undefined) continue
    const failed = counts.tests - counts.passed - counts.skipped - counts.todo
    yield `\n${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped\n`
  }
}

interface Summary {
  readonly file?: string
  readonly counts: {
    readonly tests: number
    readonly passed: number
    readonly skipped: number
    readonly todo: number
  }
}
