import type { FakeContent } from '@hutong/tencent/fake-shown'
import { z } from 'zod'

const text = z.string()
const flag = z.union([z.boolean(), z.literal([0, 1])])

/** Where a tap leads. The platform's own samples name a page beside a mini-program, so that neither forbids the other. */
const there = { url: text.optional(), appid: text.optional(), pagepath: text.optional() }
const toPage = { ...there, type: z.literal(1), url: text }
const toProgram = { ...there, type: z.literal(2), appid: text }
const words = { title: text.optional() }
const jump = z.discriminatedUnion('type', [
  z.strictObject({ ...there, ...words, type: z.literal(0) }),
  z.strictObject({ ...toPage, ...words }),
  z.strictObject({ ...toProgram, ...words }),
])
const cardAction = z.discriminatedUnion('type', [z.strictObject(toPage), z.strictObject(toProgram)])
const quote = z.strictObject({
  type: z.literal([0, 1, 2]).optional(),
  url: text.optional(),
  appid: text.optional(),
  pagepath: text.optional(),
  title: text.optional(),
  quote_text: text.optional(),
})
const line = z.strictObject({
  type: z.literal([0, 1, 2, 3]).optional(),
  keyname: text,
  value: text.optional(),
  url: text.optional(),
  media_id: text.optional(),
  userid: text.optional(),
})

const key = text.min(1).max(1024)
/** Unique in the app: digits, letters and `_-@`. */
const taskId = text.regex(/^[\w@-]{1,128}$/)
const title = z.strictObject({ title: text.optional(), desc: text.optional() })
const selection = z.strictObject({
  question_key: key,
  title: text.optional(),
  selected_id: text.optional(),
  disable: flag.optional(),
  option_list: z
    .array(z.strictObject({ id: text.min(1).max(128), text: text.min(1) }))
    .min(1)
    .max(10),
})
const submit = z.strictObject({ text: text.optional(), key })

const common = {
  source: z
    .strictObject({ icon_url: text.optional(), desc: text.optional(), desc_color: z.int().min(0).max(3).optional() })
    .optional(),
  main_title: title.optional(),
  task_id: taskId.optional(),
  replace_text: text.optional(),
}
const menu = z
  .strictObject({
    desc: text.optional(),
    action_list: z
      .array(z.strictObject({ text: text.min(1), key }))
      .min(1)
      .max(3),
  })
  .optional()
const lines = {
  quote_area: quote.optional(),
  horizontal_content_list: z.array(line).max(6).optional(),
}
const notice = {
  ...common,
  ...lines,
  action_menu: menu,
  jump_list: z.array(jump).max(3).optional(),
  card_action: cardAction,
}

/** The five kinds with their fields (https://developer.work.weixin.qq.com/document/path/90236). */
export const templateCard = z.discriminatedUnion('card_type', [
  z.strictObject({
    card_type: z.literal('text_notice'),
    ...notice,
    emphasis_content: title.optional(),
    sub_title_text: text.optional(),
  }),
  z.strictObject({
    card_type: z.literal('news_notice'),
    ...notice,
    card_image: z.strictObject({ url: text, aspect_ratio: z.number().min(1.3).max(2.25).optional() }).optional(),
    image_text_area: z
      .strictObject({
        type: z.literal([0, 1, 2]).optional(),
        url: text.optional(),
        appid: text.optional(),
        pagepath: text.optional(),
        title: text.optional(),
        desc: text.optional(),
        image_url: text,
      })
      .optional(),
    vertical_content_list: z
      .array(z.strictObject({ title: text, desc: text.optional() }))
      .max(4)
      .optional(),
  }),
  z.strictObject({
    card_type: z.literal('button_interaction'),
    ...common,
    ...lines,
    main_title: title,
    task_id: taskId,
    action_menu: menu,
    sub_title_text: text.optional(),
    card_action: z.union([cardAction, z.strictObject({ type: z.literal(0) })]).optional(),
    button_selection: selection.optional(),
    button_list: z
      .array(
        z.strictObject({
          type: z.literal([0, 1]).optional(),
          text: text.min(1),
          style: z.int().min(1).max(4).optional(),
          key: key.optional(),
          url: text.optional(),
        }),
      )
      .min(1)
      .max(6),
  }),
  z.strictObject({
    card_type: z.literal('vote_interaction'),
    ...common,
    main_title: title,
    task_id: taskId,
    checkbox: z.strictObject({
      question_key: key,
      option_list: z
        .array(z.strictObject({ id: text.min(1).max(128), text: text.min(1), is_checked: flag.optional() }))
        .min(1)
        .max(20),
      disable: flag.optional(),
      mode: z.literal([0, 1]).optional(),
    }),
    submit_button: submit,
  }),
  z.strictObject({
    card_type: z.literal('multiple_interaction'),
    ...common,
    main_title: title,
    task_id: taskId,
    select_list: z.array(selection).min(1).max(3),
    submit_button: submit,
  }),
])

export type TemplateCard = z.infer<typeof templateCard>

/** Kinds that wait for an answer and so have a code for their update. */
export function isInteractive({ card_type: type }: TemplateCard): boolean {
  return type === 'button_interaction' || type === 'vote_interaction' || type === 'multiple_interaction'
}

/** Whether somebody can press something on it that the app hears of. */
export function answersBack(card: TemplateCard): boolean {
  return isInteractive(card) || ('action_menu' in card && card.action_menu !== undefined)
}

/** Buttons and answers; a press of a plain button names its key. */
export function pressable(card: TemplateCard): readonly { id: string; text: string; url?: string }[] {
  switch (card.card_type) {
    case 'text_notice':
    case 'news_notice':
      return []
    case 'button_interaction':
      return card.button_list.map(({ text: words, key: id = '', url }) => ({
        id,
        text: words,
        ...(url === undefined ? {} : { url }),
      }))
    case 'vote_interaction':
      return card.checkbox.option_list.map(({ id, text: words }) => ({ id, text: words }))
    case 'multiple_interaction':
      return card.select_list.flatMap(({ option_list: options }) =>
        options.map(({ id, text: words }) => ({ id, text: words })),
      )
  }
}

/** What the member sees; `replaced` stands where its buttons were. */
export function cardContent(card: TemplateCard, replaced = card.replace_text): FakeContent {
  const title = [card.main_title?.title, card.main_title?.desc].filter(Boolean).join('\n')
  const sub = 'sub_title_text' in card ? (card.sub_title_text ?? '') : ''
  if (card.card_type === 'text_notice' || card.card_type === 'news_notice') {
    const url = card.card_action.type === 1 ? card.card_action.url : ''
    const picture = card.card_type === 'news_notice' ? (card.card_image?.url ?? '') : ''
    const description = [sub, card.quote_area?.quote_text].filter(Boolean).join('\n')
    const jumps = (card.jump_list ?? []).map((one) => ({
      ...{ title: one.title ?? '', description: '', picture: '' },
      url: one.type === 1 ? one.url : '',
    }))
    return { kind: 'cards', of: 'news', cards: [{ title, description, url, picture }, ...jumps] }
  }
  const head = [title, sub].filter(Boolean).join('\n')
  return { kind: 'menu', head, items: replaced === undefined ? pressable(card) : [], tail: replaced ?? '' }
}
