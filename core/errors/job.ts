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
  'job.stopped': entry<{ verb: string }>(
    'input',
    (d) => `Stopped. Nothing is lost: "shiliu ${d.verb}" goes on.`,
    (d) => `已停止。数据未丢失：运行 "shiliu ${d.verb}" 即可继续。`,
  ),
  'job.unknown': entry<{ job: number }>(
    'input',
    (d) => `There is no job ${d.job} in this project.`,
    (d) => `项目中没有编号为 ${d.job} 的任务。`,
  ),
  'job.nothingToResume': entry<{ kind: string }>(
    'input',
    (d) => `No ${d.kind} job is waiting to be resumed.`,
    (d) => `没有可以继续的 ${d.kind} 任务。`,
  ),
  'pretrain.otherSettings': entry<{ folder: string; step: number }>(
    'input',
    (d) =>
      `${d.folder} holds a pretraining with other settings, at step ${d.step}. Use the same settings ` +
      `to go on with it, or another work folder.`,
    (d) =>
      `${d.folder} 中有一个设置不同的预训练，已到第 ${d.step} 步。请用相同设置继续，或换一个工作文件夹。`,
  ),
  'pretrain.badRecipe': entry<{ path: string; message: string }>(
    'input',
    (d) => `The recipe ${d.path} cannot be read: expected JSON, got: ${d.message}.`,
    (d) => `无法读取配方 ${d.path}：应为 JSON，实为：${d.message}。`,
  ),
  'predict.noOut': entry<Record<string, never>>(
    'input',
    () => `Say where the answers go: --out FILE.`,
    () => `请用 --out FILE 指定结果文件。`,
  ),
}
