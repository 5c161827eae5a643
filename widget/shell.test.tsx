import { afterEach, expect, test, vi } from 'vitest'
import { type App, createShell, type Shell } from './shell.ts'

const made: { destroy(): void }[] = []
afterEach(() => {
  for (const one of made.splice(0)) one.destroy()
  localStorage.clear()
})

/** A shell whose chat writes down what it is asked. */
function open(options: Partial<Parameters<typeof createShell>[0]> = {}) {
  const asked: unknown[][] = []
  const starts: Shell[] = []
  const note =
    (verb: string) =>
    (...parameters: unknown[]) =>
      void asked.push([verb, ...parameters])
  const app = {
    ...Object.fromEntries(
      ['open', 'close', 'toggle', 'send', 'refreshVisit', 'setLocale', 'destroy'].map((verb) => [verb, note(verb)]),
    ),
    identify: async (jwt: string | undefined) => note('identify')(jwt),
  } as unknown as App
  const startApp = async (shell: Shell) => {
    starts.push(shell)
    return app
  }
  const network = { broken: false }
  const shell = createShell({ site: 'shop', relay: 'https://relay.example', locale: 'en', ...options }, async () => {
    if (network.broken) throw new Error('no network')
    return { startApp }
  })
  made.push(shell)
  return { shell, asked, starts, network }
}

const bubble = () => document.querySelector('hutong-chat')?.shadowRoot?.querySelector('button')

test('only the bubble is there until somebody clicks it', async () => {
  const { asked, starts } = open()
  await Promise.resolve()
  expect(starts).toEqual([])
  bubble()?.click()
  await vi.waitFor(() => expect(asked).toEqual([['toggle']]))
})

test('calls before the chat is loaded are kept in their order', async () => {
  const { shell, asked, starts } = open()
  shell.setLocale('zh-CN')
  shell.open()
  shell.send('hello')
  shell.close()
  await vi.waitFor(() => expect(asked).toEqual([['setLocale', 'zh-CN'], ['open'], ['send', 'hello'], ['close']]))
  expect(starts).toHaveLength(1)
})

test('a visitor signed in before the chat is loaded starts as that person', async () => {
  const { shell, starts } = open()
  await shell.identify('a.jwt.x')
  shell.open()
  await vi.waitFor(() => expect(starts[0]?.options.jwt).toBe('a.jwt.x'))
})

test('a chat that could not be fetched is fetched again at the next click', async () => {
  const { shell, asked, network } = open()
  const errors: string[] = []
  shell.on('error', ({ message }) => errors.push(message))
  network.broken = true
  bubble()?.click()
  await vi.waitFor(() => expect(errors).toEqual(['no network']))
  network.broken = false
  bubble()?.click()
  await vi.waitFor(() => expect(asked).toEqual([['toggle'], ['toggle']]))
})

test('somebody who talked here before is served without a click, since an answer may wait', async () => {
  localStorage.setItem('hutong:shop:here', '1')
  const { starts } = open()
  await vi.waitFor(() => expect(starts).toHaveLength(1))
})

test('the bubble speaks the language of the page and takes the words of the site', () => {
  const { shell } = open({ locale: 'zh-CN' })
  expect(bubble()?.ariaLabel).toBe('打开聊天')
  shell.update({ label: 'Fragen Sie uns' })
  expect(bubble()?.title).toBe('Fragen Sie uns')
})

test('a page that swaps what stands below html keeps its bubble', async () => {
  open()
  const host = document.querySelector('hutong-chat')
  host?.remove()
  await vi.waitFor(() => expect(document.querySelector('hutong-chat')).toBe(host))
})

test('after destroy nothing is left on the page and nobody is told anything', async () => {
  const { shell, asked } = open()
  const heard: number[] = []
  const stop = shell.on('unread', (count) => heard.push(count))
  stop()
  shell.destroy()
  shell.open()
  await Promise.resolve()
  expect(document.querySelector('hutong-chat')).toBeNull()
  expect(asked).toEqual([])
})
