import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { DeviceName } from '../../core/devices.ts'
import { sentence, toRecord } from '../../core/errors.ts'
import type { ScoreSpec, TrainResult, TrainSpec } from '../../core/job.ts'
import type { Executor, NamedTensors, Store } from '../../engine/executor.ts'
import { watched } from '../../worker/device-fault.ts'
import type { OpenExecutor } from '../../worker/executor-for.ts'
import type { JobContext } from '../../worker/job-context.ts'
import { ortExecutor } from '../../worker/ort.ts'
import { runScore } from '../../worker/score-job.ts'
import { runTrain } from '../../worker/train-job.ts'
import { interposed } from '../fixtures/interposed.ts'
import { noSoftwareGpu, onSoftwareGpu } from '../fixtures/software-gpu.ts'
import { tinyModelFolder, tinyTask, tinyTexts } from '../fixtures/tiny-model.ts'
import { briefTraining } from '../fixtures/tiny-training.ts'

const model = await tinyModelFolder()
const folders = [model]
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** In the words of onnxruntime and of the drivers below it, from their sources and from what users report. */
const lost = [
  'WebGPU device lost (2): A valid external Instance reference no longer exists.',
  'CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=x ; expr=cudaDeviceSynchronize();',
  'D3D12Device.cpp: 887A0005 The GPU device instance has been suspended: DXGI_ERROR_DEVICE_REMOVED',
]
const full = [
  'Non-zero status code returned while running MatMul node. Status Message: Failed to allocate memory for requested buffer of size 1073741824',
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);',
  'BFC Arena ran out of memory trying to allocate 512',
]

interface Failing {
  readonly device: DeviceName
  /** Counted over all programs but that of the update, from 1. */
  readonly atRun: number
  readonly says: string
  /** Whether the weights are lost with the device. */
  readonly stateIsThere?: boolean
}

/** The CPU in place of a device that fails. */
function failing({ device, atRun, says, stateIsThere = false }: Failing): OpenExecutor {
  let runs = 0
  return async (_, threads) => {
    const inner = ortExecutor({ threads })
    const executor: Executor = {
      ...interposed(inner, async (program, feeds, store) => {
        if (!('step' in feeds)) runs++
        if (runs === atRun) throw new Error(says)
        return program.run(feeds, stateIsThere ? store : (store as OnDevice).inner)
      }),
      async createStore(tensors) {
        const store = await inner.createStore(tensors)
        return stateIsThere ? store : new OnDevice(store, () => runs >= atRun)
      },
    }
    return watched(device, executor)
  }
}

/** A store that must not be touched once its device is gone. */
class OnDevice implements Store {
  readonly inner: Store
  readonly #isGone: () => boolean

  constructor(inner: Store, isGone: () => boolean) {
    this.inner = inner
    this.#isGone = isGone
  }
  accept = () => this.inner.accept()
  reject = () => this.inner.reject()
  dispose = () => this.inner.dispose()
  write(tensors: NamedTensors) {
    assert.ok(!this.#isGone(), 'the process would end here')
    return this.inner.write(tensors)
  }
  read(names?: Iterable<string>) {
    assert.ok(!this.#isGone(), 'the process would end here')
    return this.inner.read(names)
  }
}

async function spec(): Promise<TrainSpec> {
  const workFolder = await mkdtemp(join(tmpdir(), 'shiliu-work-'))
  folders.push(workFolder)
  return { ...briefTraining, base: model, workFolder }
}

interface Seen {
  checkpoint?: { path: string; step: number }
}

function context(seen: Seen, resume?: string): JobContext {
  const batches = [tinyTexts(12)]
  const silent = () => {}
  return {
    signal: new AbortController().signal,
    jobId: 'job',
    resume,
    report: silent,
    checkpoint: (path, step) => (seen.checkpoint = { path, step }),
    scores: silent,
    predictions: silent,
    texts: () => Promise.resolve(batches.shift() ?? []),
  }
}

/** A run that the device ends goes on from the step that the error names, to the weights of a whole run. */
async function endsAndGoesOn(fault: Failing, code: string, step: number): Promise<void> {
  const own = await spec()
  const seen: Seen = {}
  const details = { device: fault.device, step }
  await assert.rejects(runTrain(own, context(seen), failing(fault)), { code, details })
  assert.equal(seen.checkpoint?.step ?? 0, step)
  const went = await runTrain(own, context({}, seen.checkpoint?.path))
  assert.equal(went.sha256, (await whole).sha256)
}

const whole = spec().then((own) => runTrain(own, context({})))

for (const says of lost) {
  test(`the last checkpoint stands when a device says: ${says.slice(0, 40)}`, () =>
    endsAndGoesOn({ device: 'webgpu', atRun: 8, says }, 'device.lost', 6))
}

for (const says of full) {
  test(`a device without memory ends a run in order: ${says.slice(-40)}`, () =>
    endsAndGoesOn({ device: 'cuda', atRun: 5, says }, 'device.outOfMemory', 3))
}

test('before the first checkpoint a run would begin anew, and says so', async () => {
  await endsAndGoesOn({ device: 'webgpu', atRun: 2, says: lost[0]! }, 'device.lost', 0)
})

test('without memory on the CPU the steps so far are saved', async () => {
  const fault: Failing = { device: 'cpu', atRun: 6, says: full[0]!, stateIsThere: true }
  await endsAndGoesOn(fault, 'device.outOfMemory', 5)
})

test('scoring says in both languages what happened and what to do', async () => {
  const score: ScoreSpec = {
    kind: 'score',
    task: tinyTask,
    model,
    threads: 1,
    maxTokens: 32,
    texts: 12,
  }
  const open = failing({ device: 'webgpu', atRun: 1, says: lost[0]! })
  const error = await runScore(score, context({}), open).catch(toRecord)
  assert.deepEqual((error as { code: string }).code, 'device.lost')
  assert.match(sentence(error as never, 'en'), /WebGPU stopped answering.*another one\.$/)
  assert.match(sentence(error as never, 'zh'), /WebGPU 不再响应.*换一个设备继续。$/)
})

test('a checkpoint of the GPU is gone on from on the CPU', { skip: noSoftwareGpu }, async () => {
  const { workFolder } = await spec()
  interface Answer {
    readonly checkpoint: { readonly path: string; readonly step: number }
    readonly result: TrainResult
  }
  const { answer } = await onSoftwareGpu<Answer>('job', model, workFolder)
  const { checkpoint, result } = answer
  assert.equal(result.environment.provider, 'webgpu')
  assert.equal(checkpoint.step, 9)
  const went = await runTrain(await spec(), context({}, checkpoint.path))
  assert.ok(Math.abs(went.finalLoss - result.finalLoss) < 1e-3)
  assert.ok(Math.abs(went.finalLoss - (await whole).finalLoss) < 1e-3)
})

test('a buffer that the GPU does not have is want of memory', { skip: noSoftwareGpu }, async () => {
  const { answer } = await onSoftwareGpu<{ code: string }>('memory')
  assert.equal(answer.code, 'device.outOfMemory')
})

test('other errors stay what they are', async () => {
  const open = failing({ device: 'cpu', atRun: 1, says: 'no such kernel', stateIsThere: true })
  await assert.rejects(runTrain(await spec(), context({}), open), /no such kernel/)
})
