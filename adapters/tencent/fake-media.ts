import type { FakeClock } from './fake-clock.ts'

/** What a platform takes of one kind of file. */
export interface FakeMediaLimit {
  readonly maxBytes: number
  readonly minBytes?: number
  /** Endings of the file's name, without the dot; absent when every one is taken. */
  readonly endings?: readonly string[]
  /** Longest playing time in seconds, where it can be told from the file. */
  readonly maxSeconds?: number
}

export interface FakeMedium {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly at: number
}

/** Why a file is refused; each platform has its own number for it. */
export type FakeMediaRefusal = 'unknown-kind' | 'empty' | 'too-small' | 'too-large' | 'wrong-type' | 'too-long'

export interface FakeMediaStore {
  /** Keeps what somebody uploads, or says why not. The content must be of the type that the name's ending promises. */
  put(kind: string, name: string, bytes: Uint8Array<ArrayBuffer>): FakeMedium | FakeMediaRefusal
  /** Keeps what a customer sends: past the limits of uploads. */
  keep(kind: string, name: string, bytes: Uint8Array<ArrayBuffer>): FakeMedium
  /** Undefined for what never was and for what is over. */
  get(id: string): FakeMedium | undefined
}

export interface FakeMediaOptions {
  clock: FakeClock
  limits: Readonly<Record<string, FakeMediaLimit>>
  /** Milliseconds that a file is kept. */
  lifeMs?: number
}

const DAY = 86_400_000

export function createFakeMedia({ clock, limits, lifeMs = 3 * DAY }: FakeMediaOptions): FakeMediaStore {
  const kept = new Map<string, FakeMedium>()

  function keep(kind: string, name: string, bytes: Uint8Array<ArrayBuffer>): FakeMedium {
    const id = `${crypto.randomUUID().replaceAll('-', '')}${crypto.randomUUID().replaceAll('-', '')}`
    const medium = { id, kind, name, bytes, type: TYPES[endingOf(name)] ?? 'application/octet-stream', at: clock.now() }
    kept.set(id, medium)
    return medium
  }

  return {
    keep,
    put(kind, name, bytes) {
      const limit = limits[kind]
      return (limit === undefined ? 'unknown-kind' : refusal(limit, name, bytes)) ?? keep(kind, name, bytes)
    },
    get(id) {
      const found = kept.get(id)
      return found === undefined || found.at + lifeMs <= clock.now() ? undefined : found
    },
  }
}

function refusal(limit: FakeMediaLimit, name: string, bytes: Uint8Array): FakeMediaRefusal | undefined {
  if (bytes.length === 0) return 'empty'
  if (bytes.length > limit.maxBytes) return 'too-large'
  if (bytes.length < (limit.minBytes ?? 0)) return 'too-small'
  const ending = endingOf(name)
  if (limit.endings !== undefined && !limit.endings.includes(ending)) return 'wrong-type'
  if (!(MARKS[ending]?.(bytes) ?? true)) return 'wrong-type'
  const tooLong = limit.maxSeconds !== undefined && ending === 'amr' && amrSeconds(bytes) > limit.maxSeconds
  return tooLong ? 'too-long' : undefined
}

function endingOf(name: string): string {
  return /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
}

const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  amr: 'audio/amr',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain',
}

const starts =
  (...marks: readonly string[]) =>
  (bytes: Uint8Array) =>
    marks.some((mark) => Buffer.from(bytes.subarray(0, mark.length)).toString('latin1') === mark)

/** How the content of a file begins that is what its name says. */
const MARKS: Readonly<Record<string, (bytes: Uint8Array) => boolean>> = {
  jpg: starts('\xff\xd8\xff'),
  jpeg: starts('\xff\xd8\xff'),
  png: starts('\x89PNG\r\n\x1a\n'),
  gif: starts('GIF87a', 'GIF89a'),
  amr: starts('#!AMR'),
  mp3: (bytes) => starts('ID3')(bytes) || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0),
  mp4: (bytes) => starts('ftyp')(bytes.subarray(4)),
}

/** Bytes of a frame of 20 ms by its mode (RFC 4867, section 5.3), narrow band. */
const AMR_FRAMES = [13, 14, 16, 18, 20, 21, 27, 32, 6]

function amrSeconds(bytes: Uint8Array): number {
  let frames = 0
  for (let at = 6; at < bytes.length; at += AMR_FRAMES[((bytes[at] ?? 0) >> 3) & 15] ?? 1) frames += 1
  return frames / 50
}
