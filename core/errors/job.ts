import type { WorkKind } from '../project.ts'
import { entry } from './entry.ts'

/** `path` is the file that was read; empty where there is none. */
type Unfinished = { kind: WorkKind; path: string }

type Sentence = (path: string) => string

/** What is left of work that did not come to its end, and how to go on, in both languages. */
const left: Record<WorkKind, readonly [en: Sentence, zh: Sentence]> = {
  import: [
    (path) =>
      `The rows written so far are in the project: "shiliu import ${path}" brings the rest.`,
    (path) => `已写入的行保留在项目中：运行 "shiliu import ${path}" 即可导入其余的行。`,
  ],
  train: [
    () => `The run is kept up to its last checkpoint: "shiliu train --resume" goes on.`,
    () => `训练保留到最近的检查点：运行 "shiliu train --resume" 即可继续。`,
  ],
  propose: [
    () => `Nothing was proposed: "shiliu propose" begins again.`,
    () => `没有给出任何建议：运行 "shiliu propose" 会重新开始。`,
  ],
  export: [
    () => `Nothing was exported: the same command begins again.`,
    () => `没有导出任何内容：同样的命令会重新开始。`,
  ],
  predict: [
    () => `No answers were written: the same command begins again.`,
    () => `没有写入任何结果：同样的命令会重新开始。`,
  ],
  evaluate: [
    () => `Nothing of it is kept: the same command begins again.`,
    () => `没有保留任何结果：同样的命令会重新开始。`,
  ],
  pretrain: [
    () => `It is kept up to its last checkpoint: the same command goes on.`,
    () => `预训练保留到最近的检查点：同样的命令即可继续。`,
  ],
}

export const jobErrors = {
  'job.cancelled': entry<{ job: string }>(
    'input',
    (d) =>
      `The job ${d.job} was stopped. Resume it: training goes on from its last checkpoint, other jobs start again.`,
    (d) => `任务 ${d.job} 已停止，可以继续：训练从最近的检查点开始，其他任务从头开始。`,
  ),
  'job.workerDied': entry<{ job: string; signal: string }>(
    'environment',
    (d) =>
      `The compute process ended unexpectedly (${d.signal}) during job ${d.job}. ` +
      `Nothing is lost: resume the job. Training goes on from its last checkpoint, other jobs start again.`,
    (d) =>
      `计算进程在任务 ${d.job} 中意外结束（${d.signal}）。数据未丢失：继续该任务即可，训练从最近的检查点开始，其他任务从头开始。`,
  ),
  'assist.died': entry<{ signal: string }>(
    'environment',
    (d) =>
      `The question was not answered: the process that answers ended twice over it (${d.signal}). ` +
      `Nothing was changed. Try again, with fewer other programs if memory is short.`,
    (d) =>
      `没有得到回答：应答进程在这个问题上两次意外结束（${d.signal}）。没有做任何更改；请重试，如内存不足请先关闭其他程序。`,
  ),
  'job.stopped': entry<Unfinished>(
    'input',
    (d) => `Stopped. ${left[d.kind][0](d.path)}`,
    (d) => `已停止。${left[d.kind][1](d.path)}`,
  ),
  'job.died': entry<Unfinished & { signal: string }>(
    'environment',
    (d) => `The compute process ended unexpectedly (${d.signal}). ${left[d.kind][0](d.path)}`,
    (d) => `计算进程意外结束（${d.signal}）。${left[d.kind][1](d.path)}`,
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
  'job.textsMissing': entry<{ expected: number; got: number }>(
    'input',
    (d) =>
      `The texts came to an end too early: expected ${d.expected}, got ${d.got}. The file was changed ` +
      `while it was read. Start again when it stays as it is.`,
    (d) =>
      `文本提前结束：应有 ${d.expected} 条，实得 ${d.got} 条。文件在读取过程中被改动，请在文件不再变动后重试。`,
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
  'pretrain.outTaken': entry<{ folder: string }>(
    'input',
    (d) => `${d.folder} is there and not empty. Name another folder for the finished model.`,
    (d) => `文件夹 ${d.folder} 已存在且不为空。请为训练好的模型另选一个文件夹。`,
  ),
  'pretrain.noText': entry<{ source: string }>(
    'input',
    (d) =>
      `${d.source} holds nothing to learn from: expected paragraphs of six characters or more, one a ` +
      `line, also after one document in fifty is held out. Give it more text or leave it out.`,
    (d) =>
      `${d.source} 中没有可供学习的文本：应为每行一段、每段至少六个字，并且在留出五十分之一的文档后仍有剩余。` +
      `请补充文本或去掉该文件。`,
  ),
  'pretrain.tooLong': entry<{ tokens: number; maximum: number }>(
    'input',
    (d) =>
      `The model takes ${d.maximum} tokens at most, but a batch shape has sequences of ${d.tokens}. ` +
      `Shorten the shape, or give a new model more positions.`,
    (d) =>
      `模型最多接受 ${d.maximum} 个词元，而某个批次形状的序列长度为 ${d.tokens}。` +
      `请缩短序列，或为新模型增加位置数。`,
  ),
  'pretrain.vocabTooLarge': entry<{ size: number; maximum: number }>(
    'input',
    (d) =>
      `The vocabulary has ${d.size} tokens; pretraining takes ${d.maximum} at most. Choose a base ` +
      `model with a smaller vocabulary.`,
    (d) => `词表有 ${d.size} 个词元，预训练最多支持 ${d.maximum} 个。请选择词表较小的基础模型。`,
  ),
  'train.noTexts': entry<Record<string, never>>(
    'input',
    () => `Training cannot start: the project has no texts. Import a file first.`,
    () => `无法开始训练：项目里还没有文本。先导入一个文件。`,
  ),
  'train.diverged': entry<{ step: number; figure: string; learningRate: number }>(
    'input',
    (d) =>
      `Training went astray at step ${d.step}: its ${d.figure} is no longer a finite number. Nothing ` +
      `was saved of it. Train again with a lower learning rate than ${d.learningRate}.`,
    (d) =>
      `训练在第 ${d.step} 步发散：${d.figure === 'loss' ? '损失' : '梯度范数'}不再是有限数，未保存这一步。` +
      `请用低于 ${d.learningRate} 的学习率重新训练。`,
  ),
  'output.exists': entry<{ path: string }>(
    'input',
    (d) => `${d.path} already exists. Choose another name; nothing was overwritten.`,
    (d) => `${d.path} 已存在。请换一个名称；没有覆盖任何内容。`,
  ),
  'output.cannotWrite': entry<{ path: string; reason: string }>(
    'environment',
    (d) =>
      `${d.path} cannot be written (${d.reason}), and nothing is left of it. Check that its folder ` +
      `is there, the free space and the permissions, or choose another place.`,
    (d) =>
      `无法写入 ${d.path}（${d.reason}），没有留下任何内容。请检查其文件夹是否存在、剩余空间和权限，或另选位置。`,
  ),
  'predict.noOut': entry<Record<string, never>>(
    'input',
    () => `Say where the answers go: --out FILE.`,
    () => `请用 --out FILE 指定结果文件。`,
  ),
}
