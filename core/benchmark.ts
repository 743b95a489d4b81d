/** The FewCLUE tasks that can be evaluated: those with patterns and words of our own. */
export const benchmarkTasks = ['eprstmt', 'tnews'] as const
