import { z } from 'zod'

/**
 * Parts are what a message is made of: data, never the markup of a platform. `degrade()` turns what a channel cannot show
 * into what it can, so whoever writes parts never asks which channel they will travel on.
 */

/** Longest text of one part, in UTF-16 code units. */
export const TEXT_MAX = 8_000
/** Most parts of one message. */
export const PARTS_MAX = 10
/** Most options of one choices part, buttons of a card and fields of a form. */
export const OPTIONS_MAX = 20

/** Short text without control characters: names, labels, titles. */
const label = (max: number) => z.string().min(1).max(max)
/** An id the sender chose: option, button and field names. */
const name = z.string().regex(/^[\w.:-]{1,64}$/, 'use 1 to 64 letters, digits, "_", ".", ":" or "-"')
/** Links that may be clicked: anything else (`javascript:`, `data:`) is refused here, once, for every surface. */
const link = z
  .string()
  .max(2_048)
  .regex(/^(https?:\/\/|mailto:|tel:)/i, 'must start with https://, http://, mailto: or tel:')
const source = z
  .string()
  .max(2_048)
  .regex(/^https?:\/\//i, 'must start with https:// or http://')

/**
 * A stored file: `file` is its id in the relay's file storage. Readers get `url` beside it, signed and short-lived; an
 * outside picture has `url` alone. `bytes` is its size, `type` its media type as sniffed from the content.
 */
const media = {
  file: z.string().max(64).optional(),
  url: source.optional(),
  name: label(255).optional(),
  type: z.string().max(127).optional(),
  bytes: z.int().nonnegative().optional(),
}

export const textPart = z.object({
  kind: z.literal('text'),
  text: z.string().min(1).max(TEXT_MAX),
  format: z.enum(['plain', 'markdown']).default('plain'),
})
export const imagePart = z.object({
  kind: z.literal('image'),
  ...media,
  alt: z.string().max(1_000).optional(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
})
export const filePart = z.object({ kind: z.literal('file'), ...media })
/** `duration` in seconds; `transcript` is what was said. */
export const audioPart = z.object({
  kind: z.literal('audio'),
  ...media,
  duration: z.number().nonnegative().optional(),
  transcript: z.string().max(TEXT_MAX).optional(),
})
export const videoPart = z.object({
  kind: z.literal('video'),
  ...media,
  duration: z.number().nonnegative().optional(),
  poster: source.optional(),
})
/** WGS 84 degrees. */
export const locationPart = z.object({
  kind: z.literal('location'),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: label(255).optional(),
  address: label(500).optional(),
})
/** A `link` button opens `url`; a `reply` button answers with its `id`, as an option of a choices part does. */
export const button = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('link'), label: label(80), url: link }),
  z.object({ kind: z.literal('reply'), label: label(80), id: name }),
])
export const cardPart = z.object({
  kind: z.literal('card'),
  title: label(255),
  text: z.string().max(2_000).optional(),
  image: source.optional(),
  url: link.optional(),
  buttons: z.array(button).max(OPTIONS_MAX).default([]),
})
export const option = z.object({ id: name, label: label(80), description: z.string().max(255).optional() })
export const choicesPart = z.object({
  kind: z.literal('choices'),
  text: z.string().max(2_000).optional(),
  options: z.array(option).min(1).max(OPTIONS_MAX),
})
export const field = z.object({
  name,
  label: label(255),
  type: z.enum(['text', 'email', 'tel', 'number', 'date', 'textarea', 'select', 'checkbox']).default('text'),
  required: z.boolean().default(false),
  options: z.array(option).max(OPTIONS_MAX).optional(),
  placeholder: z.string().max(255).optional(),
})
export const formPart = z.object({
  kind: z.literal('form'),
  title: label(255).optional(),
  fields: z.array(field).min(1).max(OPTIONS_MAX),
  submit: label(80).optional(),
})
/** csat 1–5, nps 0–10, ces 1–7 (effort, 7 = very easy), solved 0 or 1. */
export const ratingScale = z.enum(['csat', 'nps', 'ces', 'solved'])
export const ratingPart = z.object({
  kind: z.literal('rating'),
  scale: ratingScale.default('csat'),
  question: z.string().max(500).optional(),
})
/** What no codec knows: `native` names the platform's type, `text` is what a person may read instead. */
export const unsupportedPart = z.object({
  kind: z.literal('unsupported'),
  native: z.string().max(64),
  text: z.string().max(TEXT_MAX),
})

export const part = z.discriminatedUnion('kind', [
  textPart,
  imagePart,
  filePart,
  audioPart,
  videoPart,
  locationPart,
  cardPart,
  choicesPart,
  formPart,
  ratingPart,
  unsupportedPart,
])
/** What a message carries. A medium without `file` and `url` has nothing to show and is refused. */
export const parts = z
  .array(part)
  .min(1)
  .max(PARTS_MAX)
  .superRefine((all, context) => {
    for (const [index, one] of all.entries())
      if (
        (one.kind === 'image' || one.kind === 'file' || one.kind === 'audio' || one.kind === 'video') &&
        !one.file &&
        !one.url
      )
        context.addIssue({ code: 'custom', path: [index, 'file'], message: 'needs file (an uploaded file id) or url' })
  })

export type Part = z.infer<typeof part>
export type PartInput = z.input<typeof part>
export type PartKind = Part['kind']
export type PartOf<K extends PartKind> = Extract<Part, { kind: K }>
export type Button = z.infer<typeof button>
export type Option = z.infer<typeof option>
export type Field = z.infer<typeof field>
export type RatingScale = z.infer<typeof ratingScale>
export type MediumKind = 'image' | 'file' | 'audio' | 'video'

export function isMedium(kind: PartKind): kind is MediumKind {
  return kind === 'image' || kind === 'file' || kind === 'audio' || kind === 'video'
}

/** Lowest and highest score of each scale. */
export const SCORES: Readonly<Record<RatingScale, readonly [number, number]>> = {
  csat: [1, 5],
  nps: [0, 10],
  ces: [1, 7],
  solved: [0, 1],
}
