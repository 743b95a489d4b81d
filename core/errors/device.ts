import { deviceTitles, type DeviceName } from '../devices.ts'
import { entry } from './entry.ts'

/** `step` is where a training goes on from; null for work that has no checkpoints. */
type Gone = { device: DeviceName; step: number | null }

const kept = ({ step }: Gone): readonly [en: string, zh: string] => {
  if (step === null) return ['Nothing that was saved is lost.', '已保存的都在。']
  if (step === 0)
    return ['It had no checkpoint yet and would begin anew.', '还没有检查点，会从头开始。']
  return [
    `Its checkpoint at step ${step} is safe, and it can go on from there.`,
    `第 ${step} 步的检查点还在，可以从那里接着走。`,
  ]
}

/** About what a job computes on, and why it cannot. */
export const deviceErrors = {
  'device.lost': entry<Gone>(
    'environment',
    (d) =>
      `The work ended early: ${deviceTitles[d.device]} stopped answering, as after sleep, a reset of its ` +
      `driver or an update. ${kept(d)[0]} Go on when the device is back, or on another one.`,
    (d) =>
      `没有做完：${deviceTitles[d.device]} 不再响应，可能是休眠、驱动重置或更新之后。${kept(d)[1]}等设备恢复后继续，或换一个设备继续。`,
  ),
  'device.outOfMemory': entry<Gone>(
    'environment',
    (d) =>
      `The work ended early: ${deviceTitles[d.device]} has too little free memory for it. ${kept(d)[0]} ` +
      `Close other programs or go on with another device; a new run with smaller batches or shorter ` +
      `texts needs less.`,
    (d) =>
      `没有做完：${deviceTitles[d.device]} 的可用内存不够。${kept(d)[1]}关掉别的程序，或换一个设备继续；另开一次运行时，批小一些、文本短一些，占用就少。`,
  ),
  'device.notInstalled': entry<{ device: DeviceName }>(
    'environment',
    () =>
      `TensorFlow.js cannot be used: its package is not installed. Install @tensorflow/tfjs-node-gpu ` +
      `beside this program, or choose another device.`,
    () =>
      `用不了 TensorFlow.js：没有安装它的软件包。在本程序旁安装 @tensorflow/tfjs-node-gpu，或换一个设备。`,
  ),
  'device.otherSystem': entry<{ device: DeviceName; system: string }>(
    'environment',
    (d) => `${deviceTitles[d.device]} is there on ${d.system} only. Choose another device.`,
    (d) => `${deviceTitles[d.device]} 只在 ${d.system} 上可用。换一个设备。`,
  ),
  'device.noLibrary': entry<{ device: DeviceName; library: string }>(
    'environment',
    (d) =>
      `${deviceTitles[d.device]} cannot be used: ${d.library} is not there. It does not come with this ` +
      `program; put onnxruntime's own build of it beside the others, or choose another device.`,
    (d) =>
      `用不了 ${deviceTitles[d.device]}：没有 ${d.library}。它不随本程序提供；把 onnxruntime 自己编译的这个文件放到同类文件旁边，或换一个设备。`,
  ),
  'device.cannotStart': entry<{ device: DeviceName; message: string }>(
    'environment',
    (d) =>
      `${deviceTitles[d.device]} cannot be used: it did not start (${d.message}). Look after its driver, or ` +
      `choose another device.`,
    (d) => `用不了 ${deviceTitles[d.device]}：无法启动（${d.message}）。检查驱动，或换一个设备。`,
  ),
  'device.noFloat16': entry<{ device: DeviceName; message: string }>(
    'environment',
    (d) =>
      `${deviceTitles[d.device]} computes in float32 only here: it has no float16 (${d.message}). Nothing ` +
      `needs to be done; mixed precision stays off.`,
    (d) =>
      `${deviceTitles[d.device]} 在这里只能用 float32：没有 float16（${d.message}）。不用做什么，混合精度保持关闭。`,
  ),
  'device.wrong': entry<{ device: DeviceName; worst: number }>(
    'environment',
    (d) =>
      `${deviceTitles[d.device]} is not offered: its trial steps differ from the exact ones by ` +
      `${d.worst.toPrecision(2)}. Update its driver, or choose another device.`,
    (d) =>
      `没有列入可选：${deviceTitles[d.device]} 试算的结果与精确值相差 ${d.worst.toPrecision(2)}。更新驱动，或换一个设备。`,
  ),
  'device.crashed': entry<{ device: DeviceName; signal: string }>(
    'environment',
    (d) =>
      `${deviceTitles[d.device]} is not offered: the process that tried it ended (${d.signal}). Update its ` +
      `driver, or choose another device.`,
    (d) =>
      `没有列入可选：试用 ${deviceTitles[d.device]} 的进程意外结束（${d.signal}）。更新驱动，或换一个设备。`,
  ),
  'device.silent': entry<{ device: DeviceName; seconds: number }>(
    'environment',
    (d) =>
      `${deviceTitles[d.device]} gave no answer within ${d.seconds} s. Try again when the machine is less ` +
      `busy, or choose another device.`,
    (d) =>
      `${deviceTitles[d.device]} 在 ${d.seconds} 秒内没有回应。等机器不忙时再试，或换一个设备。`,
  ),
}
