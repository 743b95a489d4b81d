import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

/**
 * Chromium with a font that has Han characters, and with the software GPU that comes with it, for the
 * tests that need them. Installed here only where
 * that is a matter of course: as root on Debian; elsewhere those tests say why they are skipped.
 */

const packages = ['chromium', 'libvulkan1', 'fonts-noto-cjk']

export const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
  existsSync(path),
)

/** What the software GPU in Chromium's folder is loaded by. */
export const vulkanPath = ['x86_64-linux-gnu', 'aarch64-linux-gnu', '../lib64']
  .map((folder) => `/usr/lib/${folder}/libvulkan.so.1`)
  .find((path) => existsSync(path))

if (import.meta.main && !isThere()) {
  const canInstall = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (canInstall) install()
  else
    console.log(
      `Tests of the interface and of WebGPU are skipped: they need ${packages.join(', ')}.`,
    )
}

function isThere(): boolean {
  const fonts = '/usr/share/fonts/opentype/noto'
  return (
    browserPath !== undefined &&
    vulkanPath !== undefined &&
    existsSync(fonts) &&
    readdirSync(fonts).some((name) => name.includes('CJK'))
  )
}

function install(): void {
  console.log(`Installing ${packages.join(', ')} for the tests of the interface and of WebGPU.`)
  const run = (args: readonly string[]) =>
    execFileSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  run(['update'])
  run(['install', '-y', '--no-install-recommends', ...packages])
}
