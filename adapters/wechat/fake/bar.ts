import type { FakeBarButton } from '@hutong/tencent/fake-shown'
import { z } from 'zod'
import { OK, type Refusal, refuse } from './refusals.ts'

const text = z.string()
const button = z.strictObject({
  name: text,
  type: text.optional(),
  key: text.optional(),
  url: text.optional(),
  media_id: text.optional(),
  article_id: text.optional(),
  appid: text.optional(),
  pagepath: text.optional(),
})
const menu = z.strictObject({ button: z.array(button.extend({ sub_button: z.array(button).optional() })) })

type Button = z.infer<typeof menu>['button'][number]
type Leaf = z.infer<typeof button>

/** What each type needs besides its name. */
const NEEDS: Readonly<Record<string, readonly (keyof Leaf)[]>> = {
  click: ['key'],
  view: ['url'],
  scancode_push: ['key'],
  scancode_waitmsg: ['key'],
  pic_sysphoto: ['key'],
  pic_photo_or_album: ['key'],
  pic_weixin: ['key'],
  location_select: ['key'],
  media_id: ['media_id'],
  article_id: ['article_id'],
  article_view_limited: ['article_id'],
  miniprogram: ['url', 'appid', 'pagepath'],
}

/** The types whose press lets the account write. */
export const PRESSES_THAT_COUNT = ['click', 'scancode_push', 'scancode_waitmsg']

/** The bar of buttons below the conversation, one for all customers. */
export interface Bar {
  create(wanted: unknown): Refusal
  get(): object
  remove(): Refusal
  buttons(): readonly FakeBarButton[]
  /** The button with this key, or with this address. */
  find(key: string): { type: string; key: string } | undefined
}

export function createBar(changed: () => void): Bar {
  let kept: readonly Button[] = []

  function keep(buttons: readonly Button[]): Refusal {
    kept = buttons
    changed()
    return OK
  }

  return {
    create(wanted) {
      const read = menu.safeParse(wanted)
      if (!read.success) return refuse(47001, read.error.issues[0]?.path.join('.'))
      return wrongBar(read.data.button) ?? keep(read.data.button)
    },
    get() {
      if (kept.length === 0) return refuse(46003)
      return { menu: { button: kept.map((one) => ({ ...one, sub_button: one.sub_button ?? [] })) } }
    },
    remove: () => keep([]),
    buttons: () => kept.map(shown),
    find(key) {
      const leaves = kept.flatMap((one): readonly Leaf[] => (one.sub_button?.length ? one.sub_button : [one]))
      const found = leaves.find((one) => one.key === key || one.url === key)
      return found === undefined ? undefined : { type: found.type ?? '', key }
    },
  }
}

function wrongBar(buttons: readonly Button[]): Refusal | undefined {
  if (buttons.length < 1 || buttons.length > 3) return refuse(40016)
  for (const { sub_button: inside = [], ...one } of buttons) {
    if (Buffer.byteLength(one.name) > 16 || one.name === '') return refuse(40018, one.name)
    if (inside.length > 5) return refuse(40023, one.name)
    const wrong = inside.length === 0 ? wrongTop(one) : inside.map(wrongInside).find((refusal) => refusal !== undefined)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function wrongTop(one: Leaf): Refusal | undefined {
  const wrong = wrongLeaf(one)
  return wrong === undefined ? undefined : refuse(({ type: 40017, key: 40019, url: 40020 } as const)[wrong], one.name)
}

function wrongInside(one: Leaf): Refusal | undefined {
  if (Buffer.byteLength(one.name) > 60 || one.name === '') return refuse(40025, one.name)
  const wrong = wrongLeaf(one)
  return wrong === undefined ? undefined : refuse(({ type: 40024, key: 40026, url: 40027 } as const)[wrong], one.name)
}

function wrongLeaf(one: Leaf): 'type' | 'key' | 'url' | undefined {
  const needs = NEEDS[one.type ?? '']
  if (needs === undefined || needs.some((name) => !['key', 'url'].includes(name) && !one[name])) return 'type'
  if (needs.includes('key') && (!one.key || Buffer.byteLength(one.key) > 128)) return 'key'
  return needs.includes('url') && (!one.url || Buffer.byteLength(one.url) > 1024) ? 'url' : undefined
}

/** A page is opened by its key too, so that the account hears of the press. */
function shown({ name, key, url, sub_button: inside = [] }: Button): FakeBarButton {
  if (inside.length > 0) return { name, inside: inside.map(shown) }
  return { name, key: key ?? url ?? '', ...(url === undefined ? {} : { url }), inside: [] }
}
