import type { Scope } from './scope.ts'

/** Uploads each file as a message of its own and shows the newest. */
export function sendFiles({ chat, uploads, follow }: Scope, files: Iterable<File>) {
  for (const file of files) {
    const { key, cancel } = chat.upload(file)
    uploads.set(key, cancel)
  }
  follow()
}
