/**
 * Whether the C library of this process keeps what is freed for what is asked for next, as
 * `heapEnvironment` tells it to. Under Electron another allocator stands in its place.
 */
export const keepsHeap =
  process.platform === 'linux' &&
  process.versions['electron'] === undefined &&
  (process.env['GLIBC_TUNABLES'] ?? '').includes('glibc.malloc.mmap_max=0')
