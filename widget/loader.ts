import { createShell, type Shell } from './shell.ts'
import type { Widget, WidgetOptions } from './widget.ts'

/** The script tag: reads its `data-*`, puts the bubble on the page and answers to `Hutong(command, …arguments)`. */

/** Filled in by the build: file names beside this script, locales by language. */
declare const APP: string
declare const LOCALES: Readonly<Record<string, string> & { en: string }>

type Call = [command: string, ...parameters: unknown[]]
type Commands = Record<string, ((...parameters: unknown[]) => unknown) | undefined>
type Global = ((...call: Call) => unknown) & { q?: ArrayLike<unknown>[] }

const page = window as Window & { Hutong?: Global }
const { src, dataset } = document.currentScript as HTMLScriptElement
const { site } = dataset as Partial<WidgetOptions>
const folder = new URL('.', src).href
const shells = new Map<string, ReturnType<typeof createShell>>()

function preload(file: string | undefined) {
  const link = document.createElement('link')
  link.rel = 'modulepreload'
  link.href = folder + file
  document.head.append(link)
}

function boot(given: Partial<WidgetOptions>) {
  const options = { relay: folder.slice(0, -1), site: '', ...given }
  const id = options.id ?? ''
  const there = shells.get(id)
  if (there) {
    there.update(options)
    return
  }
  let isWarm = false
  function warm({ options: { locale } }: Shell) {
    if (isWarm) return
    isWarm = true
    preload(APP)
    preload(LOCALES[locale.slice(0, 2)] ?? LOCALES.en)
  }
  const start = async (shell: Shell) => {
    warm(shell)
    const { startApp }: typeof import('./app.ts') = await import(/* @vite-ignore */ folder + APP)
    return startApp(shell)
  }
  shells.set(id, createShell(options, { warm, start }))
}

/** `open`, or `id:open` for a widget with an id. */
function run(...[command, ...parameters]: Call): unknown {
  const [verb = '', id = ''] = command.split(':').reverse()
  if (verb === 'boot') return boot(parameters[0] as WidgetOptions)
  const widget: Widget | undefined = shells.get(id)
  const result = (widget as unknown as Commands | undefined)?.[verb]?.(...parameters)
  if (verb === 'destroy') shells.delete(id)
  return result
}

const waiting = page.Hutong?.q ?? []
page.Hutong = run
if (site) boot(dataset)
for (const call of waiting) run(...(Array.from(call) as Call))
