import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { HutongError } from '@hutong/core/errors'

/**
 * Makes the folder and those above it that are missing, for this user alone; what is there already keeps its rights. Rejects with `misconfigured`, in a sentence, when that cannot be or
 * when this user may not write there.
 */
export async function makeDataFolder(folder: string): Promise<void> {
  const path = resolve(folder)
  try {
    for (const one of (await missing(path)).toReversed()) await make(one)
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
    await access(path, constants.W_OK)
  } catch (cause) {
    const why = means(cause as NodeJS.ErrnoException)
    throw new HutongError('misconfigured', `data: ${why}: ${path}; name a folder that this user may write to`, {
      cause,
    })
  }
}

/** The folders of the path that are not there yet, the deepest first. */
async function missing(path: string): Promise<string[]> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return there || dirname(path) === path ? [] : [path, ...(await missing(dirname(path)))]
}

/** One at a time: asked for all at once, Node tries for ever where the system answers that nothing can be made. */
async function make(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

function means({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOTDIR') return 'a file stands where a folder should be'
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there'
  return code === 'EROFS' ? 'the disk is read-only' : `the folder cannot be made (${code})`
}
