import { entry } from './entry.ts'

export const jobErrors = {
  'job.cancelled': entry<{ job: string }>(
    'input',
    (d) => `The job ${d.job} was stopped. It can be resumed from its last checkpoint.`,
    (d) => `任务 ${d.job} 已停止，可以从最近的检查点继续。`,
  ),
  'job.workerDied': entry<{ job: string; signal: string }>(
    'environment',
    (d) =>
      `The compute process ended unexpectedly (${d.signal}) during job ${d.job}. ` +
      `Nothing is lost: resume the job, it continues from its last checkpoint.`,
    (d) =>
      `计算进程在任务 ${d.job} 中意外结束（${d.signal}）。数据未丢失：继续该任务即可从最近的检查点恢复。`,
  ),
}
