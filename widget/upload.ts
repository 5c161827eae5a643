import type { ErrorCode, WireError } from '@hutong/core/errors'
import type { Part } from '@hutong/core/parts'
import type { Refused } from '@hutong/core/wire'

export interface UploadTarget {
  relay: string
  site: string
  token?: string | undefined
  jwt?: string | undefined
}

export interface Uploading {
  /** Always resolves; what did not arrive is an error of the table. */
  done: Promise<{ part: Part } | Refused>
  cancel(): void
}

/** Sends a file to the relay; `progress` is called with 0 to 1. */
export function uploadFile(target: UploadTarget, file: File, progress: (share: number) => void): Uploading {
  const request = new XMLHttpRequest()
  const done = new Promise<{ part: Part } | Refused>((resolve) => {
    const lost = () => resolve(refused('unreachable', 'the file could not be sent'))
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0)
    request.onerror = request.ontimeout = lost
    request.onabort = () => resolve(refused('gone', 'cancelled'))
    request.onload = () => {
      const answer = request.response as { part?: Part; url?: string; error?: WireError } | null
      if (answer?.part) resolve({ part: { ...answer.part, ...(answer.url && { url: answer.url }) } as Part })
      else if (answer?.error) resolve({ error: answer.error })
      else lost()
    }
  })
  request.open('POST', `${target.relay}/channels/web/files`)
  request.responseType = 'json'
  request.setRequestHeader('x-hutong-site', target.site)
  if (target.token) request.setRequestHeader('x-hutong-token', target.token)
  if (target.jwt) request.setRequestHeader('x-hutong-jwt', target.jwt)
  request.setRequestHeader('x-hutong-name', encodeURIComponent(file.name))
  if (file.type) request.setRequestHeader('content-type', file.type)
  request.send(file)
  return { done, cancel: () => request.abort() }
}

export function refused(code: ErrorCode, message: string): Refused {
  return { error: { code, message, retryable: code === 'unreachable' } }
}
