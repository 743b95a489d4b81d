import type { DeviceName } from '../core/devices.ts'
import type { ErrorRecord } from '../core/errors.ts'
import type { Probe, ProbeResult } from '../core/job.ts'
import type { Host } from './host.ts'

/** A driver that has not answered by then never will. */
const trialLimitMs = 120_000
/** Larger models take a while to compile, and their steps are measured. */
const measureLimitMs = 300_000

/**
 * Tries a device in a process of its own, which ends afterwards: a driver that fails, hangs or ends the
 * process is a finding like others.
 */
export function tryDevice(
  host: Pick<Host, 'startWorker'>,
  probe: Probe,
  limitMs = probe.measure ? measureLimitMs : trialLimitMs,
): Promise<ProbeResult> {
  const { device } = probe
  return new Promise((done) => {
    const worker = host.startWorker()
    const end = (result: ProbeResult) => {
      clearTimeout(timer)
      done(result)
      worker.kill()
    }
    const seconds = Math.round(limitMs / 1000)
    const silent = { code: 'device.silent', details: { device, seconds } }
    const timer = setTimeout(() => end(withFault(device, silent)), limitMs)
    worker.onMessage((message) => {
      if (message.type === 'ready') worker.send({ type: 'probe', probe })
      if (message.type === 'probed') end(message.result)
    })
    worker.onExit(({ code, signal }) => {
      const details = { device, signal: signal ?? `code ${code}` }
      end(withFault(device, { code: 'device.crashed', details }))
    })
  })
}

function withFault(device: DeviceName, fault: ErrorRecord): ProbeResult {
  return { device, name: null, memory: null, fault, noFloat16: null, milliseconds: null }
}
