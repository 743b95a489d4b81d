import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the program keeps what belongs to the user and to no project. */
export function settingsFolder(): string {
  const { SHILIU_SETTINGS, APPDATA, XDG_CONFIG_HOME } = process.env
  if (SHILIU_SETTINGS) return SHILIU_SETTINGS
  if (process.platform === 'win32' && APPDATA) return join(APPDATA, 'Shiliu')
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/Shiliu')
  return join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'shiliu')
}

/** Where base models lie that the user has added, for all projects. */
export function modelsFolder(): string {
  return join(settingsFolder(), 'models')
}
