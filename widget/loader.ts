import { createShell, type LoadApp } from './shell.ts'
import type { Widget, WidgetOptions } from './widget.ts'

/** The script tag: reads its `data-*`, puts the bubble on the page and answers to `Hutong(command, …arguments)`. */

/** Filled in by the build: the chat's path beside this script, names of the locales' files by language. */
declare const APP: string
declare const LOCALES: Readonly<Record<string, string> & { en: string }>

/** The relay is where the script came from unless told. */
type Given = Omit<WidgetOptions, 'relay'> & { relay?: string }
type Call = [command: string, ...parameters: unknown[]]
type Commands = Record<string, ((...parameters: unknown[]) => unknown) | undefined>
type Global = ((...call: Call) => unknown) & { q?: Iterable<unknown>[] }

const page = window as Window & { Hutong?: Global }
const { src, dataset } = document.currentScript as HTMLScriptElement
const given = dataset as unknown as Given
const folder = new URL('.', src).href
const shells = new Map<string, ReturnType<typeof createShell>>()

const words = LOCALES
const load: LoadApp = ({ options: { locale } }) =>
  Promise.all([
    import(/* @vite-ignore */ folder + APP) as Promise<typeof import('./app.ts')>,
    import(/* @vite-ignore */ `${folder}widget/${words[locale.slice(0, 2)] ?? words.en}.js`),
  ]).then(([app]) => app)

function boot(given: Given) {
  const { id = '' } = given
  const there = shells.get(id)
  if (there) there.update(given)
  else shells.set(id, createShell({ relay: folder, ...given }, load))
}

/** `open`, or `id:open` for a widget with an id. */
function run(...[command, ...parameters]: Call): unknown {
  const [verb = '', id = ''] = command.split(':').reverse()
  if (verb === 'boot') return boot(parameters[0] as Given)
  const widget: Widget | undefined = shells.get(id)
  const result = (widget as unknown as Commands | undefined)?.[verb]?.(...parameters)
  if (verb === 'destroy') shells.delete(id)
  return result
}

const waiting = page.Hutong?.q ?? []
page.Hutong = run
if (given.site) boot(given)
for (const call of waiting) run(...([...call] as Call))
