import type { WorkKind } from '../project.ts'
import { entry } from './entry.ts'

/** `path` is the file that was read; empty where there is none. */
type Unfinished = { kind: WorkKind; path: string }

/** What is left of work that did not come to its end, and how to go on, in both languages. */
const left: Record<WorkKind, readonly [en: string, zh: string]> = {
  import: [
    `The rows written so far are in the project. Import the same file again to bring the rest.`,
    `已写入的行都在项目里。再导入一次同一个文件，就会补上其余的行。`,
  ],
  train: [
    `The run is kept up to its last checkpoint. Resume it to go on from there.`,
    `运行保留到最近的检查点。续训会从那里接着走。`,
  ],
  propose: [
    `The scores so far are kept, nothing was proposed yet. Resume it to go on from there.`,
    `已打的分都保留着，还没有产生提案。继续会从那里接着打分。`,
  ],
  export: [`Nothing was exported. Export again.`, `没有导出。重新导出即可。`],
  int8: [`Nothing was measured. Measure int8 again.`, `没有量完。重新测量 int8 即可。`],
  predict: [`No answers were written. Classify the texts again.`, `没有写入结果。重新预测即可。`],
  evaluate: [`Nothing of it is kept. Evaluate again.`, `没有保留结果。重新评测即可。`],
  pretrain: [
    `It is kept up to its last checkpoint. Start it again with the same settings to go on.`,
    `预训练保留到最近的检查点。用同样的设置再开始一次，就会接着走。`,
  ],
}

const kindsZh: Record<WorkKind, string> = {
  import: '导入',
  train: '训练',
  propose: '打分',
  export: '导出',
  int8: 'int8 测量',
  predict: '预测',
  evaluate: '评测',
  pretrain: '预训练',
}

export const jobErrors = {
  'job.cancelled': entry<{ job: string }>(
    'input',
    (d) =>
      `Job ${d.job} was stopped. Resume it: training goes on from its last checkpoint, scoring with ` +
      `the texts that are left, other jobs start again.`,
    (d) =>
      `工作 ${d.job} 已停止。可以继续：训练从最近的检查点接着走，打分接着打余下的文本，其他工作从头开始。`,
  ),
  'job.workerDied': entry<{ job: string; signal: string }>(
    'environment',
    (d) =>
      `Job ${d.job} did not finish: the compute process ended unexpectedly (${d.signal}). ` +
      `Nothing is lost. Resume the job: training goes on from its last checkpoint, scoring with the ` +
      `texts that are left, other jobs start again.`,
    (d) =>
      `工作 ${d.job} 没有做完：计算进程意外结束（${d.signal}）。数据没有丢。继续这项工作：训练从最近的检查点接着走，` +
      `打分接着打余下的文本，其他工作从头开始。`,
  ),
  'assist.died': entry<{ signal: string }>(
    'environment',
    (d) =>
      `The question was not answered: the process that answers ended twice over it (${d.signal}). ` +
      `Nothing was changed. Try again, with fewer other programs if memory is short.`,
    (d) =>
      `没有得到回答：应答的进程在这个问题上意外结束了 2 次（${d.signal}）。没有做任何更改。再试一次；内存不够时先关掉别的程序。`,
  ),
  'job.stopped': entry<Unfinished>(
    'input',
    (d) => `Stopped. ${left[d.kind][0]}`,
    (d) => `已停止。${left[d.kind][1]}`,
  ),
  'job.died': entry<Unfinished & { signal: string }>(
    'environment',
    (d) => `The compute process ended unexpectedly (${d.signal}). ${left[d.kind][0]}`,
    (d) => `计算进程意外结束（${d.signal}）。${left[d.kind][1]}`,
  ),
  'job.unknown': entry<{ job: number }>(
    'input',
    (d) => `There is no job ${d.job} in this project. Look at the list of its jobs.`,
    (d) => `项目里没有工作 ${d.job}。看看工作列表里有哪些。`,
  ),
  'job.nothingToResume': entry<{ kind: string }>(
    'input',
    (d) => `No ${d.kind} job is waiting to be resumed. Start a new one.`,
    (d) =>
      `没有可以继续的${(kindsZh as Record<string, string>)[d.kind] ?? ` ${d.kind} 工作`}。重新开始一次。`,
  ),
  'job.textsMissing': entry<{ expected: number; got: number }>(
    'input',
    (d) =>
      `The texts came to an end too early: expected ${d.expected}, got ${d.got}. The file was changed ` +
      `while it was read. Start again when it stays as it is.`,
    (d) =>
      `没有做完：文本提前到了头，应有 ${d.expected} 条，实有 ${d.got} 条。文件在读取时被改动了。等它不再变动再开始。`,
  ),
  'pretrain.otherSettings': entry<{ folder: string; step: number }>(
    'input',
    (d) =>
      `${d.folder} holds a pretraining with other settings, at step ${d.step}. Use the same settings ` +
      `to go on with it, or another work folder.`,
    (d) =>
      `没有开始：${d.folder} 里有一次设置不同的预训练，已到第 ${d.step} 步。用相同的设置继续它，或换一个工作文件夹。`,
  ),
  'pretrain.badRecipe': entry<{ path: string; message: string }>(
    'input',
    (d) =>
      `The recipe ${d.path} cannot be read: it is no JSON (${d.message}). Correct the file and try ` +
      `again.`,
    (d) => `无法读取配方 ${d.path}：它不是 JSON（${d.message}）。改好文件再试。`,
  ),
  'pretrain.outTaken': entry<{ folder: string }>(
    'input',
    (d) =>
      `Nothing was started: ${d.folder} is there and not empty. Name another folder for the finished ` +
      `model.`,
    (d) => `没有开始：文件夹 ${d.folder} 已存在，而且不是空的。为训练好的模型另选一个文件夹。`,
  ),
  'pretrain.noText': entry<{ source: string }>(
    'input',
    (d) =>
      `${d.source} holds nothing to learn from: expected paragraphs of 6 characters or more, one a ` +
      `line, also after one document in 50 is held out. Give it more text or leave it out.`,
    (d) =>
      `${d.source} 里没有可学的文本：应为一行一段、每段至少 6 个字，而且每 50 篇留出一篇之后还有剩余。` +
      `补充文本，或去掉这个文件。`,
  ),
  'pretrain.tooLong': entry<{ tokens: number; maximum: number }>(
    'input',
    (d) =>
      `The model takes ${d.maximum} tokens at most, but a batch shape has sequences of ${d.tokens}. ` +
      `Shorten the shape, or give a new model more positions.`,
    (d) =>
      `模型最多读 ${d.maximum} 个词元，而有一种批次的序列长 ${d.tokens}。` +
      `缩短序列，或给新模型更多位置。`,
  ),
  'pretrain.vocabTooLarge': entry<{ size: number; maximum: number }>(
    'input',
    (d) =>
      `The vocabulary has ${d.size} tokens; pretraining takes ${d.maximum} at most. Choose a base ` +
      `model with a smaller vocabulary.`,
    (d) => `词表有 ${d.size} 个词元，预训练最多支持 ${d.maximum} 个。换一个词表更小的底座。`,
  ),
  'train.noTexts': entry<Record<string, never>>(
    'input',
    () => `Training cannot start: the project has no texts. Import a file first.`,
    () => `无法开始训练：项目里还没有文本。先导入一个文件。`,
  ),
  'train.tooManyLayers': entry<{ asked: number; layers: number }>(
    'input',
    (d) =>
      `Training was not started: its ${d.asked} last layers were to be trained, and the model has ` +
      `${d.layers}. Ask for ${d.layers} at most, or train all of it.`,
    (d) =>
      `没有开始训练：要训练最上面的 ${d.asked} 层，而模型只有 ${d.layers} 层。最多选 ${d.layers} 层，或训练全部参数。`,
  ),
  'train.sharedLayers': entry<{ layers: number }>(
    'input',
    (d) =>
      `Training was not started: the ${d.layers} layers of this base model are one and the same, so ` +
      `the last ones cannot be trained alone. Train all of it, the biases, or LoRA.`,
    (d) =>
      `没有开始训练：这个底座的 ${d.layers} 层共用一组参数，不能只训最上面几层。改训全部参数、偏置或 LoRA。`,
  ),
  'train.diverged': entry<{ step: number; figure: string; learningRate: number }>(
    'input',
    (d) =>
      `Training went astray at step ${d.step}: its ${d.figure} is no longer a finite number. Nothing ` +
      `was saved of it. Train again with a lower learning rate than ${d.learningRate}.`,
    (d) =>
      `训练在第 ${d.step} 步跑偏：${d.figure === 'loss' ? '损失' : '梯度范数'}不再是有限的数，这一步没有保存。` +
      `把学习率降到 ${d.learningRate} 以下重新训练。`,
  ),
  'output.exists': entry<{ path: string }>(
    'input',
    (d) => `${d.path} already exists. Choose another name; nothing was overwritten.`,
    (d) => `没有写入：${d.path} 已存在，内容没有改动。换一个名字。`,
  ),
  'output.cannotWrite': entry<{ path: string; reason: string }>(
    'environment',
    (d) =>
      `${d.path} cannot be written (${d.reason}), and nothing is left of it. Check that its folder ` +
      `is there, the free space and the permissions, or choose another place.`,
    (d) =>
      `无法写入 ${d.path}（${d.reason}），没有留下任何内容。检查文件夹是否存在、剩余空间和权限，或另选位置。`,
  ),
  'predict.noOut': entry<Record<string, never>>(
    'input',
    () =>
      `The file was not classified: nothing says where the answers go. Name a new file for them.`,
    () => `没有预测：没有说结果写到哪里。指定一个新文件放结果。`,
  ),
}
