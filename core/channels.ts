/** The ways between a window of Electron and the application: one for calls, one for events. */
export const channels = { call: 'shiliu.call', event: 'shiliu.event' } as const
