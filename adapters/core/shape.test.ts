import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT, readSources, type Source, stringsOfTests } from './shape-sources.ts'

/** The house rules that a compiler and a linter do not hold. */
const sources = readSources()
const code = sources.filter(({ path }) => !isTest(path))

/** Tests and what only tests and previews use. */
function isTest(path: string): boolean {
  return /\.test\.tsx?$|(^|\/)(test|preview)(-[\w-]+)?\.tsx?$|-kit\.ts$/.test(path)
}

const TOP_LEVEL = ['adapters', 'demo', 'docs', 'server', 'widget']
const FOUR_FILES = ['index.ts', 'client.ts', 'codec.ts', 'adapter.test.ts']
/** What an adapter has besides its four files, with the reason; `wire-suite-files.ts` belongs to `wire-suite.ts`. */
const BESIDES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  websocket: {
    'identity.ts': 'visitor tokens and signed identities are pure cryptography',
    'limits.ts': 'what one visitor may do in a while',
    'people.ts': 'which sockets belong to whom',
    'requests.ts': 'one handler for each packet of the wire',
    'site.ts': 'what the channel must know of a site',
    'socket-server.ts': 'the one Socket.IO server, shared with the backends',
    'tab.ts': 'what is kept for each socket',
    'threads.ts': 'one follower of the log for each conversation',
    'uploads.ts': 'files travel by HTTP',
    'backlog.ts': 'how much waits for a reader that does not keep up',
    'doorstep.ts': 'tells a page by HTTP why its WebSocket is refused',
    'wire-client.ts': 'a client of the wire protocol that writes its frames by hand',
    'refusal-log.ts': 'tells the operator which page was turned away and what to do',
    'wire-suite.ts': 'the wire protocol as a suite that any server can be held against',
    'scripted-server.ts': 'the wire protocol as a server that any client can be held against',
  },
  email: {
    'account.ts': 'where a mailbox is and how one gets in',
    'aside.ts': 'mails that could not be taken, for people to look after',
    'authentication-results.ts': 'whether the author of a mail is proven',
    'automatic.ts': 'signs that a robot wrote a mail',
    'bounce-reports.ts': 'the machine-readable half of a report',
    'bounce.ts': 'signs that a mail reports another',
    'brake.ts': 'stops robots that write to each other',
    'capabilities.ts': 'what a mail can do, as data',
    'catch-up.ts': 'from the place that was reached to the newest mail',
    'charset.ts': 'bytes to text, whatever their label',
    'check-account.ts': 'both servers tried, nothing read or sent',
    'check-options.ts': 'every wrong option at once',
    'code-in.ts': 'the code that an answer begins with',
    'content.ts': 'the parts a mail becomes, and the files among them',
    'corpus.ts': 'scores folders of recorded mail',
    'fetch-mail.ts': 'mails by their parts, many at once',
    'html-text.ts': 'HTML as a person reads it',
    'inline-images.ts': 'the files that pictures inside a mail became',
    'intake.ts': 'from a mail to the conversation it belongs to',
    'is-provider.ts': 'the domains of public providers',
    'known-mails.ts': 'which mails were taken, told by their listing',
    'letter.ts': 'parts as one mail in text and HTML',
    'mail.ts': 'a mail before anything is made of it',
    'mailbox.ts': 'follows a folder through lost connections',
    'mime.ts': 'headers and small sources',
    'modest-html.ts': "HTML that costs no more than a person's",
    'offers.ts': 'the options that an answer can name by number',
    'original.ts': 'a kept mail as an agent may look at it',
    'outbox.ts': 'what is sent, and what became of it',
    'outgoing.ts': 'parts and a thread as one mail',
    'people.ts': 'names and addresses in headers',
    'presets.ts': 'the servers of the large providers',
    'reply-html.ts': 'what was written, cut from quotes by the structure of HTML',
    'reply-lines.ts': 'lines by which mail programs begin a quote',
    'reply-text.ts': 'what was written, cut from quotes in plain text',
    'reply-token.ts': 'signed tokens that name a conversation',
    'rounds.ts': 'mails many at once, until one breaks the connection',
    'safe-html.ts': 'HTML that a reader may see',
    'sender.ts': 'the half of the platform that mail leaves by',
    'structure.ts': 'what is read of a mail, planned beforehand',
    'threads.ts': 'what a conversation looks like to mail programs',
    'transcript.ts': 'what was said, as one mail',
    'trust.ts': 'who is believed, for what',
    'uids.ts': 'sets of mail numbers',
    'unless-silent.ts': 'when a connection counts as dead',
    'weigh.ts': 'what a mail brings, and what is believed of it',
    'without-secrets.ts': 'what servers say of a login, fit to be logged',
  },
  wechat: {
    'capabilities.ts': 'what an account can say, as data',
    'check-options.ts': 'every wrong option at once',
    'corpus.ts': 'scores folders of recorded pushes and requests',
    'events.ts': "the events that are nobody's words, with what they are",
    'intake.ts': 'from a push to the log',
    'media.ts': 'files on their way in and out',
    'menu.ts': 'the buttons below the conversation',
    'outbox.ts': 'from a delivery to the customer',
    'outgoing.ts': 'parts as messages and replies of the platform',
    'passive.ts': 'answers to pushes that wait for a reply',
    'people.ts': 'who customers are on other accounts',
    'requests.ts': 'the bodies of calls, which samples are compared with',
    'qr.ts': 'codes by which a conversation goes on here',
    'quota.ts': 'how many messages each customer may still get',
    'typing.ts': 'when typing can be shown',
  },
  wecom: {
    'app.ts': 'an app of a company, to whose members it speaks',
    'robot.ts': 'alerts to a group of agents',
    'kf.ts': 'customer service accounts, a channel of their own beside the app',
    'corpus.ts': 'scores folders of recorded callbacks and requests',
  },
  wechaty: {
    'bot.ts': 'what is used of Wechaty, by its shape',
    'capabilities.ts': 'what an account can say, as data',
    'echoes.ts': 'what was sent from here, told from what was typed on the telephone',
    'intake.ts': 'from a message to the log',
    'outbox.ts': 'from a delivery to the customer',
  },
}
/** Modules of core that ship no zod, so that the widget may use their values. */
const ZOD_FREE = ['@hutong/core/ids', '@hutong/core/errors']
/** Files of the server that may name concrete adapters: they put the relay together. */
const COMPOSITION = [
  'server/serve.ts',
  'server/configured-backends.ts',
  'server/configured-alerts.ts',
  'server/configured-channels.ts',
  'server/doctor-email.ts',
  'server/email-options.ts',
  'server/cli.ts',
]

/** The part of the house a path stands in: `adapters/<name>`, `server`, `widget`, `demo` or `.ci`. */
function houseOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'adapters' ? `${first}/${second}` : first
}

/** Where an import leads: a part of the house, or undefined for a package of others. */
function targetOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return houseOf(join(dirname(from), specifier))
  const [, name] = /^@hutong\/([\w-]+)/.exec(specifier) ?? []
  if (name === undefined) return undefined
  if (name === 'core' || name === 'tencent') return `adapters/${name}`
  return name.startsWith('adapter-') ? `adapters/${name.slice(8)}` : name
}

/** What adapters of one house of platforms share: a package, but no adapter. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  'adapters/tencent': ['adapters/wechat', 'adapters/wecom'],
}

/** The demonstration simulates platforms, and knows nothing else of their adapters. */
const FAKES = ['@hutong/adapter-wechat/fake', '@hutong/adapter-wecom/fake']

function mayImport(from: Source, { to, specifier }: { to: string; specifier: string }): boolean {
  const house = houseOf(from.path)
  if (house === to || to === 'adapters/core') return true
  if (to in SHARED) return (SHARED[to]?.includes(house) ?? false) || (house === 'server' && isTest(from.path))
  if (house === 'demo' && FAKES.includes(specifier)) return true
  if (house === 'demo' && to === 'adapters/email') return isTest(from.path)
  if (house === 'demo') return to === 'server' || to === 'widget' || to === 'adapters/websocket'
  if (house === 'server') return to === 'widget' || to.startsWith('adapters/')
  return house === 'widget' && to === 'adapters/websocket' && isTest(from.path)
}

function arrows(pick: (from: Source) => boolean) {
  return sources
    .filter(pick)
    .flatMap((from) => from.imports.map((one) => ({ ...one, from, to: targetOf(from.path, one.specifier) })))
}

describe('arrows', () => {
  test('imports run one way: demo to server and widget, those to adapters, adapters to core', () => {
    const wrong = arrows(() => true).filter(
      ({ from, to, specifier }) => to !== undefined && !mayImport(from, { to, specifier }),
    )
    expect(wrong.map(({ from, specifier }) => `${from.path} imports ${specifier}`)).toEqual([])
  })

  test('the widget takes only types and zod-free values from core', () => {
    const wrong = arrows(({ path }) => houseOf(path) === 'widget' && !isTest(path)).filter(
      ({ to, types, specifier }) => to === 'adapters/core' && !types && !ZOD_FREE.includes(specifier),
    )
    expect(wrong.map(({ from, specifier }) => `${from.path} imports values of ${specifier}`)).toEqual([])
  })

  test('what the widget takes from core ships no zod', () => {
    const byPath = new Map(sources.map((one) => [one.path, one]))
    const reached = new Set<string>()
    const visit = (path: string): void => {
      if (reached.has(path)) return
      reached.add(path)
      for (const { specifier, types } of byPath.get(path)?.imports ?? [])
        if (!types) visit(specifier.startsWith('.') ? join(dirname(path), specifier) : specifier)
    }
    for (const specifier of ZOD_FREE) visit(specifier.replace('@hutong/core', 'adapters/core').concat('.ts'))
    expect([...reached].filter((one) => !one.startsWith('adapters/core/'))).toEqual([])
  })

  test('only the composition root of the server knows concrete adapters', () => {
    const wrong = arrows(({ path }) => houseOf(path) === 'server' && !isTest(path)).filter(
      ({ from, to, types }) =>
        to?.startsWith('adapters/') && to !== 'adapters/core' && !types && !COMPOSITION.includes(from.path),
    )
    expect(wrong.map(({ from, specifier }) => `${from.path} imports ${specifier}`)).toEqual([])
  })

  test('imports name their file', () => {
    const wrong = arrows(() => true).filter(({ specifier }) =>
      /^\.\.?\/.*(?<!\.\w{2,4})$/.test(specifier.replace('?inline', '')),
    )
    expect(wrong.map(({ from, specifier }) => `${from.path} imports ${specifier}`)).toEqual([])
  })
})

describe('places', () => {
  test('the house has exactly its rooms', () => {
    const found = readdirSync(ROOT, { withFileTypes: true })
      .filter((one) => one.isDirectory() && !one.name.startsWith('.') && one.name !== 'node_modules')
      .map(({ name }) => name)
    expect(found.sort()).toEqual(TOP_LEVEL)
  })

  const adapters = readdirSync(join(ROOT, 'adapters')).filter(
    (name) => name !== 'core' && !(`adapters/${name}` in SHARED),
  )
  test.each(adapters)('the %s adapter is its four files, fixtures, and what is named with a reason', (name) => {
    const files = sources.map(({ path }) => path).filter((path) => dirname(path) === `adapters/${name}`)
    const names = files.map((path) => path.slice(`adapters/${name}/`.length))
    const besides = BESIDES[name] ?? {}
    expect(FOUR_FILES.filter((one) => !names.includes(one))).toEqual([])
    const partOf = (one: string) => Object.keys(besides).some((whole) => one.startsWith(whole.replace(/\.ts$/, '-')))
    const known = (one: string) => FOUR_FILES.includes(one) || one in besides || partOf(one) || isTest(one)
    expect(names.filter((one) => !known(one))).toEqual([])
    expect(Object.entries(besides).filter(([one, reason]) => !names.includes(one) || reason === '')).toEqual([])
    expect(readdirSync(join(ROOT, 'adapters', name))).toContain('fixtures')
  })

  test('a codec translates without waiting', () => {
    const waiting = sources.filter(({ path, awaits }) => path.endsWith('/codec.ts') && awaits > 0)
    expect(waiting.map(({ path }) => path)).toEqual([])
  })

  test('files are named for what they hold', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|misc|manager|service|lib)\.tsx?$/
    expect(sources.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([])
  })
})

describe('sizes', () => {
  test('no file is longer than 400 lines, no codec longer than 250', () => {
    const limit = (path: string) => (path.endsWith('/codec.ts') ? 250 : 400)
    expect(
      sources.filter(({ path, lines }) => lines > limit(path)).map(({ path, lines }) => `${path}: ${lines}`),
    ).toEqual([])
  })

  test('no function has more than 60 lines of its own, or 120 with the functions inside it', () => {
    const long = code.flatMap(({ path, functions }) =>
      functions
        .filter(({ lines, whole }) => lines > 60 || whole > 120)
        .map(({ name, lines, whole, line }) => `${path}:${line} ${name} has ${lines} of ${whole} lines`),
    )
    expect(long).toEqual([])
  })

  test('no function takes more than three parameters', () => {
    const many = code.flatMap(({ path, functions }) =>
      functions.filter(({ parameters }) => parameters > 3).map(({ name, line }) => `${path}:${line} ${name}`),
    )
    expect(many).toEqual([])
  })
})

describe('manners', () => {
  const forbidden: readonly (readonly [string, (source: Source) => boolean])[] = [
    ['the type any', ({ anys }) => anys > 0],
    ['export *', ({ exportsAll }) => exportsAll],
    [
      'a default export',
      ({ path, exportsDefault }) => exportsDefault && !/(^|\/)(vite\.config|locales\/[\w-]+)\.ts$/.test(path),
    ],
    ['a class', ({ path, classes }) => classes > 0 && path !== 'adapters/core/errors.ts'],
    ['@param or @returns', ({ comments }) => comments.some((one) => /@(param|returns)\b/.test(one))],
    [
      'a suppressed check',
      ({ comments }) => comments.some((one) => /@ts-(ignore|expect-error|nocheck)|biome-ignore/.test(one)),
    ],
    ['a catch that does nothing', ({ emptyCatches }) => emptyCatches > 0],
    ['a mention of what is not in this repository', ({ text }) => text.includes(`..${'/shared'}`)],
  ]
  test.each(forbidden)('nowhere is %s', (_, found) => {
    expect(sources.filter(found).map(({ path }) => path)).toEqual([])
  })

  test('no test is left out or left alone', () => {
    const held = sources.filter(({ text }) => /\b(test|it|describe)\.(skip|only|todo|fails)\(/.test(text))
    expect(held.map(({ path }) => path)).toEqual([])
  })

  test('no module is replaced by a mock', () => {
    const mocked = sources.filter(({ text }) => new RegExp(`\\bvi\\.(${'mock|doMock|fn|spyOn'})\\(`).test(text))
    expect(mocked.map(({ path }) => path)).toEqual([])
  })

  test('every test of a file has a title of its own', () => {
    const doubled = sources
      .filter(({ path }) => isTest(path))
      .flatMap((source) => {
        const titles = stringsOfTests(source)
        return titles
          .filter((title, index) => titles.indexOf(title) !== index)
          .map((title) => `${source.path}: ${title}`)
      })
    expect(doubled).toEqual([])
  })
})
