import type { FakeMediaRefusal, FakeMediaStore, FakeMedium } from '@hutong/tencent/fake-media'
import { type FakeAnswer, type FakeRequest, readUpload } from '@hutong/tencent/fake-server'
import { OK, refuse } from './refusals.ts'

const MB = 1024 * 1024

/** What uploads may be (https://developer.work.weixin.qq.com/document/path/90253): everything has more than 5 bytes. */
export const MEDIA_LIMITS = {
  image: { minBytes: 6, maxBytes: 10 * MB, endings: ['jpg', 'jpeg', 'png'] },
  voice: { minBytes: 6, maxBytes: 2 * MB, endings: ['amr'], maxSeconds: 60 },
  video: { minBytes: 6, maxBytes: 10 * MB, endings: ['mp4'] },
  file: { minBytes: 6, maxBytes: 20 * MB },
} as const

/** The largest answer of one request. */
const LARGEST_ANSWER = 20 * MB

const REFUSED = {
  'unknown-kind': 40005,
  empty: 44001,
  'too-small': 40006,
  'too-large': 45001,
  'wrong-type': 40004,
  'too-long': 45007,
} as const satisfies Record<FakeMediaRefusal, number>

export async function uploadMedia(
  request: FakeRequest,
  store: FakeMediaStore,
  kinds?: readonly string[],
): Promise<object> {
  const kind = request.query.get('type') ?? ''
  if (kinds !== undefined && !kinds.includes(kind)) return refuse(40005, kind)
  const file = await readUpload(request, 'media')
  if (file === undefined) return refuse(41005)
  const kept = store.put(kind, file.name, file.bytes)
  if (typeof kept === 'string') return refuse(REFUSED[kept])
  return { ...OK, type: kind, media_id: kept.id, created_at: String(Math.floor(kept.at / 1000)) }
}

export function downloadMedia({ query, headers }: FakeRequest, store: FakeMediaStore): object {
  const found = store.get(query.get('media_id') ?? '')
  if (found === undefined) return refuse(40007)
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
  return range === null ? whole(found) : part(found, Number(range[1]), range[2] === '' ? undefined : Number(range[2]))
}

function whole(medium: FakeMedium): object {
  if (medium.bytes.length > LARGEST_ANSWER) return refuse(830002)
  return { headers: headersOf(medium), body: medium.bytes } satisfies FakeAnswer
}

function part(medium: FakeMedium, from: number, last = medium.bytes.length - 1): object {
  const { length } = medium.bytes
  if (from >= length || last < from) return { status: 416, headers: { 'content-range': `bytes */${length}` }, body: '' }
  const to = Math.min(last, length - 1)
  if (to - from + 1 > LARGEST_ANSWER) return refuse(830002)
  const headers = { ...headersOf(medium), 'content-range': `bytes ${from}-${to}/${length}` }
  return { status: 206, headers, body: medium.bytes.slice(from, to + 1) } satisfies FakeAnswer
}

/** The name twice, as seen in https://github.com/binarywang/WxJava/issues/3146: in percent signs, and in its bare bytes. */
function headersOf({ name, type }: FakeMedium): Record<string, string> {
  const bare = Buffer.from(name.replaceAll(/["\\\p{Cc}]/gu, '_')).toString('latin1')
  const disposition = `attachment; filename*=utf-8''${encodeURIComponent(name)}; filename="${bare}"`
  return { 'content-type': type, 'content-disposition': disposition, 'accept-ranges': 'bytes' }
}
