import { z } from 'zod'

/**
 * The buttons below the conversation of an Official Account, within the platform's limits
 * (https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu.html).
 */

const LIMITS = { top: 3, inside: 5, topName: 16, insideName: 60, key: 128, url: 1_024 }

const KINDS =
  '"key" (its press is said), "url" (opens the page), "appId" with "page" and "url" (opens a mini-program), or "buttons" (opens more of them)'

function bytes(most: number, what: string) {
  return z
    .string()
    .min(1, { error: `must be ${what}` })
    .refine((text) => Buffer.byteLength(text) <= most, {
      error: ({ input }) =>
        `must be at most ${most} bytes, and has ${Buffer.byteLength(String(input))}; a Chinese character is 3`,
    })
}

const fields = {
  key: bytes(LIMITS.key, 'what tells the button from others').optional(),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .refine((text) => Buffer.byteLength(text) <= LIMITS.url, { error: `must be at most ${LIMITS.url} bytes` })
    .optional(),
  appId: z.string().min(1, { error: 'must be the AppID of the mini-program' }).optional(),
  page: z.string().min(1, { error: 'must be the path of the page' }).optional(),
}

type Leaf =
  | { name: string; key: string }
  | { name: string; url: string }
  | { name: string; appId: string; page: string; url: string }

type Given = { name: string } & { [Field in 'key' | 'url' | 'appId' | 'page']?: string | undefined }

/** What the button does when it is pressed, or what is wrong with it. */
function leafOf({ name, key, url, appId, page }: Given): Leaf | string {
  const mini = appId !== undefined || page !== undefined
  if (key !== undefined && (mini || url !== undefined))
    return `holds "key" and ${mini ? 'a page of a mini-program' : '"url"'}: a button does one thing, ${KINDS}`
  if (key !== undefined) return { name, key }
  if (!mini) return url === undefined ? `does nothing: give it ${KINDS}` : { name, url }
  if (appId !== undefined && page !== undefined && url !== undefined) return { name, appId, page, url }
  const missing = Object.entries({ appId, page, url }).flatMap(([field, value]) => (value === undefined ? [field] : []))
  return `lacks "${missing.join('" and "')}": a page of a mini-program is "appId", "page" and, for old phones, "url"`
}

function taken<T>(read: T | string, ctx: z.RefinementCtx): T {
  if (typeof read !== 'string') return read
  ctx.addIssue({ code: 'custom', message: read })
  return z.NEVER
}

const inside = z
  .strictObject({ name: bytes(LIMITS.insideName, 'what the button says'), ...fields })
  .transform((given, ctx) => taken<Leaf>(leafOf(given), ctx))

const top = z
  .strictObject({
    name: bytes(LIMITS.topName, 'what the button says'),
    ...fields,
    buttons: z
      .array(inside)
      .min(1, { error: 'must hold at least one button' })
      .max(LIMITS.inside, { error: `must hold at most ${LIMITS.inside} buttons` })
      .optional(),
  })
  .transform(({ buttons, ...given }, ctx) => {
    if (buttons === undefined) return taken<Leaf>(leafOf(given), ctx)
    const { name, ...others } = given
    const beside = Object.entries(others).flatMap(([field, value]) => (value === undefined ? [] : [field]))
    if (beside.length === 0) return { name, buttons }
    return taken<never>(`holds "buttons" and "${beside.join('", "')}": a button does one thing, ${KINDS}`, ctx)
  })

/** Left out, the buttons stay as they are. */
export const wechatMenu = z
  .array(top)
  .min(1, { error: 'must hold at least one button; leave it out to keep the buttons that are there' })
  .max(LIMITS.top, { error: `must hold at most ${LIMITS.top} buttons` })
