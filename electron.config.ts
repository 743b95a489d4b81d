import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const root = import.meta.dirname
const at = (path: string) => resolve(root, path)

/** What runs beside a window: each is a process or a thread of its own. */
const entries = {
  electron: at('main/electron.ts'),
  'model-thread': at('main/store/model-thread.ts'),
  worker: at('worker/index.ts'),
  'transformers-process': at('worker/parity/transformers-process.ts'),
}

/**
 * The bundles of Electron's three kinds of process. Under Node, main and worker run as they are. All
 * bundles of main lie in one folder, so that each finds the others, the snippets and package.json
 * where the sources find them: beside itself, and two folders up.
 */
export default defineConfig({
  main: {
    plugins: [entriesBeside(), files('snippets', at('worker/snippets'))],
    build: {
      outDir: at('out/main'),
      // The check of exports takes it where it is installed; it is no part of the program.
      externalizeDeps: { include: ['@huggingface/transformers'] },
      rollupOptions: {
        input: entries,
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      rollupOptions: {
        input: { index: at('preload/index.ts') },
        // A sandboxed preload script must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [svelte()],
    build: {
      outDir: at('out/renderer'),
      // electron-vite does not by itself.
      minify: true,
      rollupOptions: {
        input: { index: at('renderer/index.html'), parts: at('renderer/parts.html') },
      },
    },
  },
})

/** Points `new URL('./x.ts', import.meta.url)` at the bundle of that entry. */
function entriesBeside(): Plugin {
  const named = /new URL\((["'`])\.\/([\w-]+)\.ts\1, ?import\.meta\.url\)/g
  return {
    name: 'entries-beside',
    renderChunk(code) {
      return code.replace(named, (_, quote: string, name: string) => {
        if (!(name in entries)) this.error(`${name}.ts is started from a bundle but is no entry`)
        return `new URL(${quote}./${name}.js${quote}, import.meta.url)`
      })
    },
  }
}

/** Puts a folder's files into the bundle's folder, as they are. */
function files(name: string, folder: string): Plugin {
  return {
    name: 'files',
    generateBundle() {
      const found = readdirSync(folder, { recursive: true, withFileTypes: true })
      for (const entry of found.filter((one) => one.isFile())) {
        const path = resolve(entry.parentPath, entry.name)
        const fileName = `${name}${path.slice(folder.length).replaceAll('\\', '/')}`
        this.emitFile({ type: 'asset', fileName, source: readFileSync(path) })
      }
    },
  }
}
