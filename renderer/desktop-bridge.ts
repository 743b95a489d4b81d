import { CallError, outputOf, type Bridge, type ExposedBridge } from './bridge.ts'

/**
 * The bridge over what Electron's preload script exposes. Inputs become plain data as they do on their
 * way to a server: the proxies of reactive state cannot cross into another world.
 */
export function desktopBridge(exposed: ExposedBridge): Bridge {
  const bridge: Bridge = {
    opening: null,
    call: async (name, input) =>
      outputOf(await exposed.call(name, JSON.parse(JSON.stringify(input)), bridge.opening)),
    listen: (listener) => exposed.listen(listener),
    onConnection: (listener) => exposed.onConnection(listener),
    async upload(file) {
      const path = await exposed.upload(file)
      if (path !== '') return path
      throw new CallError({ code: 'files.noPath', details: { name: file.name } })
    },
  }
  return bridge
}
