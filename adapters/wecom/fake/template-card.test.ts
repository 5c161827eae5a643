import { expect, test } from 'vitest'
import { cardContent, isInteractive, templateCard } from './template-card.ts'

const option = (id: string) => ({ id, text: `Option ${id}` })
const notice = { card_type: 'text_notice', main_title: { title: 'New' }, card_action: { type: 1, url: 'https://x.cn' } }
const vote = {
  card_type: 'vote_interaction',
  main_title: { title: 'Which?' },
  task_id: 'task-1',
  checkbox: { question_key: 'q', option_list: [option('a'), option('b')], mode: 1 },
  submit_button: { text: 'Send', key: 'send' },
}
const choice = {
  card_type: 'multiple_interaction',
  main_title: { title: 'Which?' },
  task_id: 'task_2@x',
  select_list: [{ question_key: 'q', option_list: [option('a')] }],
  submit_button: { text: 'Send', key: 'send' },
}

test('a notice leads somewhere and waits for no answer', () => {
  const card = templateCard.parse(notice)
  expect(isInteractive(card)).toBe(false)
  expect(cardContent(card)).toMatchObject({ kind: 'cards', cards: [{ title: 'New', url: 'https://x.cn' }] })
  expect(templateCard.safeParse({ ...notice, card_action: undefined }).success).toBe(false)
  const program = { type: 2, url: 'https://x.cn', appid: 'wx1', pagepath: '/index.html' }
  expect(templateCard.safeParse({ ...notice, card_action: program }).success).toBe(true)
})

test('votes and selections are shown with their options until they are answered', () => {
  for (const one of [vote, choice]) {
    const card = templateCard.parse(one)
    expect(isInteractive(card)).toBe(true)
    expect(cardContent(card)).toMatchObject({ head: 'Which?', items: [{ id: 'a' }, ...(one === vote ? [{}] : [])] })
    expect(cardContent(card, 'Thank you')).toMatchObject({ items: [], tail: 'Thank you' })
  }
})

test('task ids, options and buttons have their limits', () => {
  const fits = (card: object) => templateCard.safeParse(card).success
  expect(fits({ ...vote, task_id: 'a b' })).toBe(false)
  expect(fits({ ...vote, task_id: 'x'.repeat(129) })).toBe(false)
  const options = (count: number) => ({ ...vote.checkbox, option_list: new Array(count).fill(option('a')) })
  expect([fits({ ...vote, checkbox: options(20) }), fits({ ...vote, checkbox: options(21) })]).toEqual([true, false])
  const selects = (count: number) => ({ ...choice, select_list: new Array(count).fill(choice.select_list[0]) })
  expect([fits(selects(3)), fits(selects(4))]).toEqual([true, false])
  const buttons = (count: number) => ({
    ...{ card_type: 'button_interaction', main_title: { title: 'Hm?' }, task_id: 't' },
    button_list: new Array(count).fill({ text: 'Yes', key: 'yes' }),
  })
  expect([fits(buttons(6)), fits(buttons(7)), fits(buttons(0))]).toEqual([true, false, false])
})
