import type { PhoneWords } from './fake-phone-words.ts'
import type { FakeBarButton, FakeCard, FakePhoneState, FakeShown } from './fake-shown.ts'

/**
 * What runs in the browser: each function below is sent as its own text, so none may use anything but the others and the page.
 */
interface PhoneSettings {
  words: PhoneWords
  account: string
  person: string
  follows: boolean
}

interface PhoneView extends FakePhoneState {
  version: string
  now: number
}

interface Phone {
  settings: PhoneSettings
  act(action: object): void
}

type Fields = Record<string, string | number | boolean>

function build<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, fields: Fields, ...inside: (Node | string)[]) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'boolean') node.toggleAttribute(name, value)
    else node.setAttribute(name, String(value))
  }
  node.append(...inside)
  return node
}

function at<Tag extends keyof HTMLElementTagNameMap>(id: string, tag: Tag): HTMLElementTagNameMap[Tag] {
  return document.querySelector<HTMLElementTagNameMap[Tag]>(`${tag}#${id}`) ?? build(tag, {})
}

/** A link that leads somewhere harmless, or its text alone. */
function linkTo(url: string, fields: Fields, ...inside: (Node | string)[]): HTMLElement {
  const safe = /^https?:\/\//i.test(url)
  return safe
    ? build('a', { ...fields, href: url, target: '_blank', rel: 'noopener noreferrer' }, ...inside)
    : build('span', fields, ...inside)
}

/** Text with the links that the platform makes of addresses and of its one tag. */
function linked(text: string): Node[] {
  const found = /<a\s[^>]*?href\s*=\s*["']([^"']*)["'][^>]*>([^<]*)<\/a>|(https?:\/\/[\w\-./?%&=+#~:@!$*,;]+)/gi
  const nodes: Node[] = []
  let from = 0
  for (const match of text.matchAll(found)) {
    const url = match[1] ?? match[3] ?? ''
    nodes.push(document.createTextNode(text.slice(from, match.index)), linkTo(url, {}, match[2] ?? url))
    from = match.index + match[0].length
  }
  return [...nodes, document.createTextNode(text.slice(from))]
}

function cardOf(card: FakeCard, label: string): HTMLElement {
  const picture = /^(https?:\/\/|\/phone\/)/.test(card.picture) ? [build('img', { src: card.picture, alt: '' })] : []
  const lines = [build('strong', {}, card.title), build('small', {}, card.description), build('small', {}, label)]
  return linkTo(card.url, { class: 'card' }, ...picture, ...lines)
}

function fileOf(one: Extract<FakeShown, { media: string }>, words: PhoneWords): Node[] {
  const src = `/phone/media/${encodeURIComponent(one.media)}`
  const lines = [one.title ?? '', one.description ?? ''].filter((line) => line !== '')
  const below = lines.map((line) => build('small', {}, line))
  if (one.kind === 'image') return [build('img', { src, alt: one.name }), ...below]
  if (one.kind === 'video')
    return [build('video', { src, controls: true, 'aria-label': one.title || words.video }), ...below]
  if (one.kind === 'voice' && !/\.amr$/i.test(one.name))
    return [build('audio', { src, controls: true, 'aria-label': words.voice })]
  return [build('a', { href: src, download: one.name }, one.kind === 'voice' ? words.voice : one.name)]
}

function choiceOf(one: FakeShown, item: { id: string; text: string; url?: string }, phone: Phone): HTMLElement {
  if (item.url !== undefined) return linkTo(item.url, { class: 'choice' }, item.text)
  const choice = build('button', { type: 'button', class: 'choice' }, item.text)
  choice.onclick = () => phone.act({ do: 'pick', message: one.id, id: item.id })
  return choice
}

function contentOf(one: FakeShown, phone: Phone): Node[] {
  const { words } = phone.settings
  if (one.kind === 'text') return linked(one.text)
  if (one.kind === 'menu') {
    const around = (text: string) => (text === '' ? [] : [build('div', {}, ...linked(text))])
    return [...around(one.head), ...one.items.map((item) => choiceOf(one, item, phone)), ...around(one.tail)]
  }
  if (one.kind === 'cards') return one.cards.map((card) => cardOf(card, words[one.of]))
  if (one.kind === 'location')
    return [build('strong', {}, one.name), build('small', {}, `${words.location} · ${one.latitude}, ${one.longitude}`)]
  return 'media' in one ? fileOf(one, words) : [document.createTextNode(one.text)]
}

function rowOf(one: FakeShown, phone: Phone): HTMLElement {
  if (one.kind === 'notice') return build('p', { class: 'notice' }, one.text)
  const speaker = one.from === 'customer' ? phone.settings.words.you : phone.settings.account
  const bare = one.kind === 'image' || one.kind === 'video'
  const face = build('span', { class: 'avatar', role: 'img', 'aria-label': speaker }, [...speaker][0] ?? '')
  const bubble = build('div', { class: bare ? 'bubble bare' : 'bubble' }, ...contentOf(one, phone))
  return build('div', { class: `row ${one.from}`, 'data-id': one.id }, face, bubble)
}

/** Adds what is new; what is on the screen stays, so that nothing that plays or has the focus is lost. */
function showLog(view: PhoneView, phone: Phone): void {
  const log = at('log', 'div')
  const known = Number(log.dataset.count ?? 0)
  const first = view.shown.length < known ? 0 : known
  if (first < known) log.replaceChildren()
  for (const [index, one] of view.shown.entries()) {
    // What is taken back leaves a grey line in its place.
    if (index < first && one.kind === 'notice')
      document.querySelector(`.row[data-id="${one.id}"]`)?.replaceWith(rowOf(one, phone))
    if (index < first) continue
    const before = view.shown[index - 1]
    if (before === undefined || one.at - before.at > 300_000)
      log.append(build('p', { class: 'time' }, timeOf(one.at, phone.settings.words.lang)))
    log.append(rowOf(one, phone))
  }
  log.dataset.count = String(view.shown.length)
  if (view.shown.length === first) return
  log.dataset.low = 'true'
  toEnd()
}

/** Stays at the end while pictures load and the sheet opens, unless the person scrolled up. */
function toEnd(): void {
  const log = at('log', 'div')
  if (log.dataset.low === 'true') log.scrollTop = log.scrollHeight
}

function wireLog(): void {
  const log = at('log', 'div')
  let before = 0
  log.onscroll = () => {
    const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80
    if (low || log.scrollTop < before) log.dataset.low = String(low)
    before = log.scrollTop
  }
  log.addEventListener('load', toEnd, true)
  new ResizeObserver(toEnd).observe(log)
}

function timeOf(ms: number, lang: string): string {
  return new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(
    ms,
  )
}

function barOf(button: FakeBarButton, phone: Phone): HTMLElement {
  if (button.inside.length > 0) {
    const inside = button.inside.map((one) => barOf(one, phone))
    return build('details', { name: 'bar' }, build('summary', {}, button.name), build('div', {}, ...inside))
  }
  if (button.url !== undefined && button.key === undefined) return linkTo(button.url, {}, button.name)
  const node = build('button', { type: 'button' }, button.name)
  node.onclick = () => {
    for (const open of document.querySelectorAll('#bar details')) open.removeAttribute('open')
    phone.act({ do: 'press', key: button.key ?? '' })
  }
  return node
}

function showBar(view: PhoneView, phone: Phone): void {
  const bar = at('bar', 'nav')
  const text = JSON.stringify(view.bar)
  bar.hidden = !view.following || view.bar.length === 0
  if (bar.dataset.text === text) return
  bar.dataset.text = text
  bar.replaceChildren(...view.bar.map((button) => barOf(button, phone)))
}

function show(view: PhoneView, phone: Phone): void {
  const { words } = phone.settings
  at('clock', 'time').textContent = timeOf(view.now, words.lang)
  at('typing', 'p').textContent = view.typing ? words.typing : ''
  at('profile', 'section').hidden = view.following
  at('log', 'div').hidden = !view.following
  at('composer', 'form').hidden = !view.following
  if (!view.following) at('sheet', 'div').hidden = true
  showBar(view, phone)
  showLog(view, phone)
}

/** Asks for some fields in a dialog; `done` gets what was filled in. */
function ask(
  title: string,
  fields: Record<string, [string, string]>,
  done: (values: Record<string, string>) => void,
): void {
  const words = (JSON.parse(document.body.dataset.settings ?? '') as PhoneSettings).words
  const close = build('button', { type: 'button' }, words.close)
  const labels = Object.entries(fields).map(([name, [label, value]]) =>
    build('label', {}, label, build('input', { name, value, required: true, autocomplete: 'off' })),
  )
  const buttons = build('div', {}, close, build('button', { class: 'main' }, words.confirm))
  const form = build('form', { method: 'dialog' }, build('h2', {}, title), ...labels, buttons)
  const dialog = build('dialog', { 'aria-label': title }, form)
  close.onclick = () => dialog.close()
  dialog.onclose = () => dialog.remove()
  form.onsubmit = (event) => {
    event.preventDefault()
    done(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])))
    dialog.close()
  }
  document.body.append(dialog)
  dialog.showModal()
}

/** The sheet, the profile and the clock: every button that says what it does. */
function wireButtons(phone: Phone): void {
  const { words } = phone.settings
  const doings: Record<string, () => void> = {
    follow: () =>
      phone.act(document.body.dataset.scan ? { do: 'scan', text: document.body.dataset.scan } : { do: 'follow' }),
    unfollow: () => phone.act({ do: 'unfollow' }),
    picture: () => at('file', 'input').click(),
    scan: () => ask(words.scan, { text: [words.scanText, ''] }, ({ text }) => phone.act({ do: 'scan', text })),
    location: () =>
      ask(
        words.location,
        {
          name: [words.place, '人民广场'],
          latitude: [words.latitude, '31.230525'],
          longitude: [words.longitude, '121.473667'],
        },
        ({ name, latitude, longitude }) =>
          phone.act({ do: 'location', name, latitude: Number(latitude), longitude: Number(longitude) }),
      ),
    another: () => location.assign(`/phone?person=o${crypto.randomUUID().replaceAll('-', '').slice(0, 27)}`),
  }
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    const sheet = at('sheet', 'div')
    const opens = button?.id === 'more' && sheet.hidden
    if (button?.dataset.do !== undefined || button?.id === 'more') sheet.hidden = !opens
    at('more', 'button').setAttribute('aria-expanded', String(!sheet.hidden))
    doings[button?.dataset.do ?? '']?.()
    if (button?.dataset.ahead !== undefined) phone.act({ do: 'advance', ms: Number(button.dataset.ahead) })
  })
}

function wireComposer(phone: Phone, send: (file: File) => void): void {
  const [form, text, file] = [at('composer', 'form'), at('text', 'textarea'), at('file', 'input')]
  form.onsubmit = (event) => {
    event.preventDefault()
    if (text.value.trim() !== '') phone.act({ do: 'say', text: text.value })
    text.value = ''
    text.focus()
  }
  text.onkeydown = (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  }
  file.onchange = () => {
    for (const one of file.files ?? []) send(one)
    file.value = ''
  }
}

async function startPhone(): Promise<void> {
  const settings = JSON.parse(document.body.dataset.settings ?? '') as PhoneSettings
  const query = `person=${encodeURIComponent(settings.person)}`
  const post = async (path: string, type: string, body: string | File) => {
    const answered = await fetch(path, { method: 'POST', headers: { 'content-type': type }, body }).catch(
      () => undefined,
    )
    const wrong = answered?.ok ? '' : `${settings.words.failed}: ${(await answered?.text()) ?? ''}`.replace(/: $/, '')
    at('toast', 'p').textContent = wrong
    if (wrong !== '') setTimeout(() => at('toast', 'p').replaceChildren(), 6_000)
  }
  const phone: Phone = {
    settings,
    act: (action) => void post(`/phone/act?${query}`, 'application/json', JSON.stringify(action)),
  }
  wireLog()
  wireButtons(phone)
  wireComposer(phone, (file) => {
    void post(`/phone/file?${query}&name=${encodeURIComponent(file.name)}`, 'application/octet-stream', file)
  })
  const scanned = new URLSearchParams(location.hash.slice(1)).get('scan')
  if (scanned) {
    document.body.dataset.scan = scanned
    history.replaceState(null, '', location.pathname + location.search)
  }
  for (let version = ''; ; ) {
    const answered = await fetch(`/phone/state?${query}&after=${version}`).catch(() => undefined)
    if (answered?.ok) {
      const view: PhoneView = await answered.json()
      show(view, phone)
      if (version === '' && view.following && scanned) phone.act({ do: 'scan', text: scanned })
      if (view.following && version !== '') delete document.body.dataset.scan
      version = view.version
    } else await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

const FUNCTIONS = [
  ...[build, at, linkTo, linked, timeOf, toEnd, ask],
  ...[cardOf, fileOf, choiceOf, contentOf, rowOf, barOf],
  ...[showLog, showBar, show, wireLog, wireButtons, wireComposer, startPhone],
]

/** The script of the page. */
export const PHONE_SCRIPT = [...FUNCTIONS, 'startPhone()'].join('\n')
