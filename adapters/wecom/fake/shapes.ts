import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakeCard, FakeCardKind, FakeContent, FakeFile } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import { type Refusal, refuse } from './refusals.ts'

/** Text of at least one and at most so many bytes of UTF-8. */
export function bytes(most: number, least = 1) {
  return z.string().refine((value) => {
    const length = Buffer.byteLength(value)
    return length >= least && length <= most
  }, `exceed max length ${most}`)
}

/** Text that the platform cuts at so many bytes of UTF-8, at the start of a character. */
export function cutTo(most: number) {
  return z.string().transform((value) => cut(value, most))
}

export function cut(text: string, most: number): string {
  const all = Buffer.from(text)
  if (all.length <= most) return text
  let end = most
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return all.subarray(0, end).toString()
}

export const webUrl = z
  .string()
  .regex(/^https?:\/\//, 'url without http')
  .pipe(bytes(2048))

/** A mistake in the fields of a request, named as WeCom names it. */
export function shapeRefusal(at: string, { issues: [issue] }: z.ZodError): Refusal {
  const path = [at, ...(issue?.path ?? [])].filter((part) => part !== '').join('.')
  if (issue?.code === 'unrecognized_keys') return refuse(40058, `unexpected ${issue.keys.join(', ')} in ${path}`)
  if (path.endsWith('media_id')) return refuse(41006, path)
  if (path.endsWith('url') && issue?.message.startsWith('exceed')) return refuse(40039, path)
  return refuse(40058, `${path} ${issue?.message ?? ''}`)
}

/** What the recipient sees of a file, or that there is no such file of this kind. */
export function fileOf(
  store: FakeMediaStore,
  kind: FakeFile['kind'],
  {
    media_id: id,
    title,
    description,
  }: { media_id: string; title?: string | undefined; description?: string | undefined },
): FakeContent | Refusal {
  const found = store.get(id)
  if (found?.kind !== kind) return refuse(40007, id)
  const words = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) }
  return { kind, media: id, name: found.name, ...words }
}

export function isPicture(store: FakeMediaStore, id: string): boolean {
  return store.get(id)?.kind === 'image'
}

export function cardsOf(of: FakeCardKind, cards: readonly FakeCard[]): FakeContent {
  return { kind: 'cards', of, cards }
}

export function card({
  title = '',
  description = '',
  url = '',
  picture = '',
}: { [Name in keyof FakeCard]?: string | undefined }): FakeCard {
  return { title, description, url, picture }
}
