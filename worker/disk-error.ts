/** What a disk says that is full, or where nothing can be written; undefined for other errors. */
export function diskRefusal(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  return code !== undefined && refusals.has(code) ? code : undefined
}

const refusals = new Set(['EACCES', 'EDQUOT', 'EIO', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'])
