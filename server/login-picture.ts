import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Shows a QR code to whoever may read the relay's data: as a picture at `path`, which only its owner can open and which is gone when the
 * code is of no use any more. Resolves with `path` while there is one.
 */
export function createLoginPicture(path: string): (qrcode: string | undefined) => Promise<string | undefined> {
  return async (qrcode) => {
    await rm(path, { force: true })
    if (qrcode === undefined) return undefined
    const { default: codes } = await import('qrcode')
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, await codes.toBuffer(qrcode), { mode: 0o600 })
    return path
  }
}
