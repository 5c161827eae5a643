import { z } from 'zod'
import { TEXT_MAX } from './text-max.ts'

export { SCORES } from './scores.ts'
export { TEXT_MAX } from './text-max.ts'

/**
 * Parts are what a message is made of: data, never the markup of a platform. `degrade()` turns what a channel cannot show
 * into what it can, so whoever writes parts never asks which channel they will travel on.
 */

/** Most parts of one message. */
export const PARTS_MAX = 10
/** Most options of one choices part, buttons of a card and fields of a form. */
export const OPTIONS_MAX = 20

/** Short text: names, labels, titles. */
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

/** A stored file is named by `file`; an outside one by `url` alone. */
const media = {
  file: z
    .string()
    .max(64)
    .optional()
    .meta({
      description:
        'Id of a file in the relay’s storage, as an upload answered it. Give this or `url`; absent for what lies elsewhere',
      examples: ['f_9nXbD0Qy2hKcVt5mZr8wAg'],
    }),
  url: source.optional().meta({
    description:
      'Where the content is fetched. Beside `file` the relay writes it for readers: signed, and good for a day or more, so it is not to be kept',
    examples: ['https://shop.example/tea.png'],
  }),
  name: label(255)
    .optional()
    .meta({ description: 'The file’s name as readers see it', examples: ['invoice.pdf'] }),
  type: z
    .string()
    .max(127)
    .optional()
    .meta({ description: 'Media type, for a stored file as its content shows it', examples: ['image/png'] }),
  bytes: z.int().nonnegative().optional().describe('Size in bytes; absent where nobody said it'),
}
const duration = z.number().nonnegative().optional().describe('Length in seconds; absent where nobody said it')

export const textPart = z
  .object({
    kind: z.literal('text'),
    text: z.string().min(1).max(TEXT_MAX).describe('What is said; lengths count UTF-16 code units'),
    format: z
      .enum(['plain', 'markdown'])
      .default('plain')
      .describe(
        'How `text` is read: as it stands, or as Markdown, which channels that cannot show it get as plain text',
      ),
  })
  .meta({
    description: 'Words',
    examples: [{ kind: 'text', text: 'Your parcel is on its **way**.', format: 'markdown' }],
  })
export const imagePart = z
  .object({
    kind: z.literal('image'),
    ...media,
    alt: z.string().max(1_000).optional().describe('What the picture shows, for who cannot see it'),
    width: z.int().positive().optional().describe('In pixels, so that its place can be kept while it loads'),
    height: z.int().positive().optional().describe('In pixels'),
  })
  .meta({
    description: 'A picture; `file` or `url` is given',
    examples: [{ kind: 'image', url: 'https://shop.example/tea.png', alt: 'A tin of green tea' }],
  })
export const filePart = z
  .object({ kind: z.literal('file'), ...media })
  .describe('A file to download; `file` or `url` is given')
export const audioPart = z
  .object({
    kind: z.literal('audio'),
    ...media,
    duration,
    transcript: z.string().max(TEXT_MAX).optional().describe('What was said in it, as far as a platform wrote it down'),
  })
  .describe('A voice message or sound; `file` or `url` is given')
export const videoPart = z
  .object({
    kind: z.literal('video'),
    ...media,
    duration,
    poster: source.optional().describe('A picture to show until it is played'),
  })
  .describe('A film; `file` or `url` is given')
export const locationPart = z
  .object({
    kind: z.literal('location'),
    latitude: z.number().min(-90).max(90).describe('WGS 84 degrees, north is positive'),
    longitude: z.number().min(-180).max(180).describe('WGS 84 degrees, east is positive'),
    name: label(255).optional().describe('What the place is called'),
    address: label(500).optional().describe('Its postal address, on one line'),
  })
  .meta({
    description: 'A place on the map',
    examples: [{ kind: 'location', latitude: 30.25, longitude: 120.16, name: 'West Lake' }],
  })
const buttonLabel = label(80).describe('What the button says')
export const button = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('link'),
        label: buttonLabel,
        url: link.meta({ description: 'What it opens', examples: ['https://shop.example/orders/42'] }),
      })
      .describe('A button that opens a link'),
    z
      .object({
        kind: z.literal('reply'),
        label: buttonLabel,
        id: name.meta({ description: 'What comes back as `choice.id`, unique in its card', examples: ['track'] }),
      })
      .describe('A button that answers, as an option of a choices part does'),
  ])
  .describe('What a card offers to press, told apart by `kind`')
export const cardPart = z
  .object({
    kind: z.literal('card'),
    title: label(255).describe('Its first line'),
    text: z.string().max(2_000).optional().describe('Plain text below the title'),
    image: source.optional().describe('A picture above the title'),
    url: link.optional().describe('What a press on the card itself opens'),
    buttons: z.array(button).max(OPTIONS_MAX).default([]).describe('Shown below each other, in this order'),
  })
  .meta({
    description: 'A product, order or article: title, picture and buttons',
    examples: [
      { kind: 'card', title: 'Order 42', buttons: [{ kind: 'link', label: 'Track', url: 'https://shop.example/42' }] },
    ],
  })
export const option = z
  .object({
    id: name.meta({ description: 'What comes back when it is picked, unique in its list', examples: ['refund'] }),
    label: label(80).describe('What the contact reads'),
    description: z.string().max(255).optional().describe('A second, smaller line'),
  })
  .describe('One thing that can be picked')
export const choicesPart = z
  .object({
    kind: z.literal('choices'),
    text: z.string().max(2_000).optional().describe('What is asked, above the options'),
    options: z
      .array(option)
      .min(1)
      .max(OPTIONS_MAX)
      .describe('Numbered where a channel has no buttons, and “2” typed then picks the second'),
  })
  .meta({
    description: 'Options of which the contact picks one; the pick comes as a message with `choice`',
    examples: [{ kind: 'choices', text: 'Which?', options: [{ id: 'green', label: 'Green tea' }] }],
  })
export const field = z
  .object({
    name: name.meta({ description: 'Its key in `values` of the answer, unique in its form', examples: ['order'] }),
    label: label(255).describe('What the contact reads beside it'),
    type: z
      .enum(['text', 'email', 'tel', 'number', 'date', 'textarea', 'select', 'checkbox'])
      .default('text')
      .describe('What is put in, and how it is checked; every value comes back as a text'),
    required: z.boolean().default(false).describe('Whether the form cannot be sent without it'),
    options: z.array(option).max(OPTIONS_MAX).optional().describe('What a `select` offers; absent for other types'),
    placeholder: z.string().max(255).optional().describe('Shown while it is empty'),
  })
  .describe('One field of a form')
export const formPart = z
  .object({
    kind: z.literal('form'),
    title: label(255).optional().describe('What the form is about'),
    fields: z.array(field).min(1).max(OPTIONS_MAX).describe('In the order they are shown'),
    submit: label(80).optional().describe('What the button says; absent: the contact’s own word for “send”'),
  })
  .meta({
    description: 'Fields to fill in; what was put in comes as an `answer` entry',
    examples: [{ kind: 'form', fields: [{ name: 'order', label: 'Order number', required: true }] }],
  })
export const ratingScale = z
  .enum(['csat', 'nps', 'ces', 'solved'])
  .describe('`csat` 1–5, `nps` 0–10, `ces` 1–7 (effort, 7 is very easy), `solved` 0 or 1')
export const ratingPart = z
  .object({
    kind: z.literal('rating'),
    scale: ratingScale.default('csat'),
    question: z
      .string()
      .max(500)
      .optional()
      .describe('Absent: the usual question of that scale, in the contact’s language'),
  })
  .describe('Asks for a score; it comes as a `rating` entry')
export const unsupportedPart = z
  .object({
    kind: z.literal('unsupported'),
    native: z
      .string()
      .max(64)
      .meta({ description: 'The platform’s own name of its type', examples: ['sticker'] }),
    text: z.string().max(TEXT_MAX).describe('What a person may read instead'),
  })
  .describe('What a platform brought and the relay has no part for')

export const part = z
  .discriminatedUnion('kind', [
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
  .describe('One piece of a message, told apart by `kind`; what a channel cannot show goes out as what it can')
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
  .describe('What the message is made of, in reading order')

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
