import { deviceNames, type DeviceReport } from '../../core/devices.ts'
import { fromRecord } from '../../core/errors.ts'
import type { Handler } from '../../core/contract.ts'
import { requireTask } from '../store/tasks.ts'
import { tryDevice } from '../try-device.ts'
import { baseModel } from './model-source.ts'
import type { Session } from './session.ts'

/** The devices of this machine: each is tried before it is offered. */
export function devicesService(session: Session) {
  const threads = session.threads(undefined)
  let known: Promise<readonly DeviceReport[]> | undefined
  const list: Handler<'devices.list'> = ({ again }) => {
    if (again) known = undefined
    known ??= Promise.all(deviceNames.map((device) => tryDevice(session.host, { device, threads })))
    return known
  }
  const measure: Handler<'devices.measure'> = async ({ device, recipe, base }) => {
    const { folder: model } = await baseModel(session, base)
    const { task } = requireTask(session.db)
    const probe = { device, threads, measure: { task, model, recipe } }
    const { fault, milliseconds } = await tryDevice(session.host, probe)
    if (fault) throw fromRecord(fault)
    return { milliseconds: milliseconds! }
  }
  return { 'devices.list': list, 'devices.measure': measure }
}
