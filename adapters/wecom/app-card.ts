import type { Button, PartOf } from '@hutong/core/parts'
import { type Draft, isWeb, miniPage, type Place, pageCard, plain, ready } from './app-draft.ts'

/**
 * Cards with something to press (https://developer.work.weixin.qq.com/document/path/90236#模板卡片消息). The lengths are what the page
 * recommends; what is longer is said in a text before the card.
 */
const TITLE_CHARS = 36
const TEXT_CHARS = 112
const MOST_BUTTONS = 6
const MOST_JUMPS = 3

/** Up to 6 options are buttons, more are a list to choose one from. */
export function choicesCard({ text: lead = '', options }: PartOf<'choices'>, place: Place): Draft[] {
  const described = options.flatMap(({ label, description }) => (description ? [`${label}: ${description}`] : []))
  const says = [lead, ...described].filter((line) => line.trim() !== '').join('\n')
  const labels = options.map(({ label }) => label).join(' / ')
  if (options.length > MOST_BUTTONS) {
    const { before, title } = heading(says, { fallback: labels, room: 0 })
    const checkbox = {
      question_key: 'option',
      option_list: options.map(({ id, label }) => ({ id, text: label })),
      mode: 0,
    }
    const submit = { key: pressKey(place, '') }
    return [
      ...before,
      cardDraft({ card_type: 'vote_interaction', main_title: { title }, checkbox, submit_button: submit }, place),
    ]
  }
  const buttons = options.map(({ id, label }) => ({ type: 0, text: label, style: 1, key: pressKey(place, id) }))
  return buttonDraft(heading(says, { fallback: labels, room: TEXT_CHARS }), { buttons }, place)
}

/**
 * A card that has buttons: those with a link open it, the others answer. Only cards of links show a large picture (`news_notice`); one
 * that answers has it as its icon, and opens it when it opens nothing else.
 */
export function buttonCard(one: PartOf<'card'>, place: Place): Draft[] {
  const shown = one.buttons.filter((button) => button.kind === 'reply' || isWeb(button.url))
  const others = one.buttons.flatMap((button) => (shown.includes(button) || button.kind === 'reply' ? [] : [button]))
  const { title, text = '', image } = one
  const said = [text, ...others.map((button) => `${button.label}: ${button.url}`)].filter(Boolean).join('\n')
  if (shown.length === 0) return [...pageCard({ ...one, buttons: [] }, place), ...(said === text ? [] : plain(said))]
  const parts = title.length > TITLE_CHARS || said.length > TEXT_CHARS
  const head: Heading = parts
    ? { before: plain([title, said].filter(Boolean).join('\n')), title: cutShort(title), text: '' }
    : { before: [], title, text: said }
  const action = actionOf(one.url, place) ?? actionOf(image, place)
  const links = shown.flatMap((button) => (button.kind === 'link' ? [button] : []))
  if (image !== undefined && action !== undefined && links.length === shown.length && links.length <= MOST_JUMPS)
    return pictureDraft(head, { image, links, action }, place)
  const buttons = shown.map((button) => buttonOf(button, place))
  return buttonDraft(head, { buttons, ...(image && { source: { icon_url: image } }), ...(action && { action }) }, place)
}

function buttonOf(button: Button, place: Place): object {
  if (button.kind === 'link') return { type: 1, text: button.label, url: button.url }
  return { type: 0, text: button.label, style: 1, key: pressKey(place, button.id) }
}

function actionOf(url: string | undefined, place: Place): object | undefined {
  if (url === undefined) return undefined
  const page = miniPage(url, place)
  if (page !== undefined) return { type: 2, appid: page.appid, ...(page.page === '' ? {} : { pagepath: page.page }) }
  return isWeb(url) ? { type: 1, url } : undefined
}

interface Heading {
  before: Draft[]
  title: string
  text: string
}

/** Words above buttons: title and text when there is room for them, else a text of their own. */
function heading(says: string, { fallback, room }: { fallback: string; room: number }): Heading {
  if (says === '') return { before: [], title: cutShort(fallback), text: '' }
  if (says.length <= TITLE_CHARS && !says.includes('\n')) return { before: [], title: says, text: '' }
  const [first = '', ...rest] = says.split('\n')
  const below = rest.join('\n')
  if (first.length <= TITLE_CHARS && first !== '' && below.length <= room)
    return { before: [], title: first, text: below }
  return { before: plain(says), title: cutShort(fallback), text: '' }
}

function cutShort(words: string): string {
  return words.length <= TITLE_CHARS ? words : `${[...words].slice(0, TITLE_CHARS / 2).join('')}…`
}

function buttonDraft(
  { before, title, text }: Heading,
  { buttons, source, action }: { buttons: object[]; source?: object; action?: object },
  place: Place,
): Draft[] {
  const card = {
    card_type: 'button_interaction',
    ...(source && { source }),
    main_title: { title },
    ...(text === '' ? {} : { sub_title_text: text }),
    button_list: buttons,
    ...(action && { card_action: action }),
  }
  return [...before, cardDraft(card, place)]
}

function pictureDraft(
  { before, title, text }: Heading,
  { image, links, action }: { image: string; links: readonly { label: string; url: string }[]; action: object },
  place: Place,
): Draft[] {
  const card = {
    card_type: 'news_notice',
    main_title: { title },
    card_image: { url: image },
    ...(text === '' ? {} : { quote_area: { type: 0, quote_text: text } }),
    jump_list: links.map(({ label, url }) => ({ type: 1, title: label, url })),
    card_action: action,
  }
  return [...before, cardDraft(card, place)]
}

function cardDraft(card: object, { task }: Place): Draft {
  return ready({ msgtype: 'template_card', template_card: { ...card, task_id: task } })
}

const PRESS = /^hutong:(?<conversation>[\w-]{1,64}):(?<of>[1-9]\d{0,14}):(?<option>[\w.:-]{0,64})$/

/** What a press comes back with; an option that is chosen from a list comes beside it. */
function pressKey({ conversation, seq }: Place, option: string): string {
  return `hutong:${conversation}:${seq}:${option}`
}

/** Undefined for what is not one of ours. */
export function readPress(key: string): { conversation: string; of: number; option: string } | undefined {
  const { conversation, of, option } = PRESS.exec(key)?.groups ?? {}
  return conversation && of && option !== undefined ? { conversation, of: Number(of), option } : undefined
}
