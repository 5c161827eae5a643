import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { checkSettings } from '../../config.ts'
import { backendMistakes } from '../../configured-backends.ts'
import { createFlowBackend } from './flow.ts'

type Json = Record<string, unknown>

const menu = (more: Json = {}) => ({
  kind: 'menu',
  text: 'What is it?',
  options: [{ id: 'a', label: 'A', next: 'people' }],
  ...more,
})
const people = { kind: 'handoff', to: 'queue' }

/** The mistakes of a flow whose `main` step is the one given, as "path: message". */
function mistakesOf(main: Json, more: Json = {}): string[] {
  return mistakesIn({ welcome: { next: 'main' }, otherwise: 'people', steps: { main, people }, ...more })
}

function mistakesIn(flow: Json): string[] {
  const found = backendMistakes({ backends: { flow: { kind: 'flow', ...flow } } }, [])
  return found.map(({ path, message }) => `${path.join('.').replace(/^backends\.flow\.?/, '')}: ${message}`)
}

const form = (fields: Json[]) => ({ kind: 'form', fields, next: 'people' })
const field = (more: Json) => ({ name: 'order', label: 'Order', ...more })

describe('a mistake in a flow is named with its step and the remedy', () => {
  test.each<[string, Json, string | RegExp]>([
    [
      'a step that is not there',
      { kind: 'say', text: 'x', next: 'peple' },
      'steps.main.next: there is no step "peple"; did you mean "people"?',
    ],
    [
      'an option that leads nowhere',
      menu({ options: [{ id: 'a', label: 'A', next: 'refund' }] }),
      'steps.main.options.0.next: there is no step "refund"',
    ],
    ['a kind that is none', { kind: 'mneu' }, /^steps\.main\.kind: must be one of .*did you mean "menu"\?$/],
    ['a kind that is missing', { text: 'x' }, /^steps\.main\.kind: is missing; it must be one of "say"/],
    [
      'a field that is none',
      { kind: 'say', text: 'x', nxet: 'people' },
      /^steps\.main\.nxet: is no setting; did you mean "next"\?$/,
    ],
    ['a menu without options', menu({ options: [] }), 'steps.main.options: must have at least one entry'],
    [
      'two options of one id',
      menu({
        options: [
          { id: 'a', label: 'A', next: 'people' },
          { id: 'a', label: 'B', next: 'people' },
        ],
      }),
      'steps.main.options.1.id: "a" is the id of another option',
    ],
    [
      'two options that read alike',
      menu({
        options: [
          { id: 'a', label: { en: 'A', zh: '甲' }, next: 'people' },
          { id: 'b', label: { en: 'B', zh: '甲' }, next: 'people' },
        ],
      }),
      'steps.main.options.1.label: is the label of another option; nobody could type which is meant',
    ],
    [
      'a text of the wrong shape',
      menu({ text: 7 }),
      'steps.main.text: must be a text of 1 to 2000 characters, or one for each language, as {"en": "…", "zh": "…"}',
    ],
    ['a say that says nothing', { kind: 'say', next: 'people' }, 'steps.main: must have either "text" or "parts"'],
    [
      'a link to a script',
      {
        kind: 'say',
        parts: { en: [{ kind: 'card', title: 'x', buttons: [{ kind: 'link', label: 'x', url: 'javascript:x' }] }] },
        next: 'people',
      },
      'steps.main.parts.en.0.buttons.0.url: must start with https://, http://, mailto: or tel:',
    ],
    [
      'an address whose host the contact could choose',
      {
        kind: 'say',
        parts: { en: [{ kind: 'card', title: 'x', url: 'https://{{contact.name}}.example/' }] },
        next: 'people',
      },
      'steps.main.parts.en.0: has an address whose host is filled in; only what follows the host may be',
    ],
    [
      'a select without options',
      form([field({ type: 'select' })]),
      'steps.main.fields.0.options: is missing; a select needs what can be chosen',
    ],
    [
      'options of what is no select',
      form([field({ options: [{ id: 'a', label: 'A' }] })]),
      'steps.main.fields.0.options: belongs to the type "select", not to "text"',
    ],
    [
      'two fields of one name',
      form([field({}), field({})]),
      'steps.main.fields.1.name: "order" is the name of another field',
    ],
    [
      'a variable named like a fact',
      form([field({ name: 'open' })]),
      'steps.main.fields.0.name: is a fact of the flow; choose another name',
    ],
    [
      'a regular expression for a pattern',
      form([field({ pattern: '(a+)+$' })]),
      'steps.main.fields.0.pattern: needs a piece that varies, such as {digits:6}; use "any" for plain words',
    ],
    [
      'a pattern with too much that varies',
      form([field({ pattern: '{digits:1-9}{digits:1-9}{digits:1-9}' })]),
      'steps.main.fields.0.pattern: may have at most 2 lengths that vary; write {digits:6} for the others',
    ],
    [
      'a pattern for a date',
      { kind: 'wait', type: 'date', pattern: '{digits:4}', next: 'people' },
      'steps.main.pattern: belongs to the types text, textarea and tel, not to "date"',
    ],
    ['a set that sets nothing', { kind: 'set', next: 'people' }, /^steps\.main: sets nothing; give attributes/],
    [
      'a test without an operator',
      { kind: 'condition', cases: [{ if: { fact: 'verified' }, next: 'people' }], otherwise: 'people' },
      'steps.main.cases.0.if: needs one of equals, in, exists, greater, less, matches',
    ],
    [
      'a test with two operators',
      {
        kind: 'condition',
        cases: [{ if: { fact: 'contact.age', greater: 1, less: 3 }, next: 'people' }],
        otherwise: 'people',
      },
      'steps.main.cases.0.if: has greater and less; use "all"',
    ],
    [
      'a condition on what nobody sets',
      { kind: 'condition', cases: [{ if: { fact: 'ordr', exists: true }, next: 'people' }], otherwise: 'people' },
      /^steps\.main\.cases\.0\.if\.fact: nothing sets "ordr"; name a form field/,
    ],
    [
      'a text that names what nobody sets',
      { kind: 'say', text: 'Order {{ordr}}', next: 'people' },
      /^steps\.main\.text: nothing sets "ordr"/,
    ],
    [
      'a hand-off to nobody',
      { kind: 'handoff', to: 'somebody' },
      'steps.main.to: must be "next", "queue", {"bot": "<backend>"} or {"agent": "<id>"}',
    ],
    [
      'a priority that is none',
      { kind: 'set', priority: 'hgih', next: 'people' },
      /^steps\.main\.priority: must be one of/,
    ],
    [
      'a step that leads to itself at once',
      { kind: 'goto', next: 'main' },
      'steps.main: goes round without waiting for the contact: main → main; put a menu, form, ask or wait between',
    ],
    [
      'a scale that is none',
      { kind: 'ask', scale: 'stars', next: 'people' },
      /^steps\.main\.scale: must be one of "csat"/,
    ],
  ])('%s', (_, main, expected) => {
    const mistakes = mistakesOf(main)
    expect(mistakes).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)])
  })

  it('a circle over several steps, once, in their order', () => {
    const say = (next: string) => ({ kind: 'say', text: 'x', next })
    const twice = { kind: 'condition', cases: [{ if: { fact: 'verified', equals: true }, next: 'b' }], otherwise: 'b' }
    expect(mistakesIn({ otherwise: 'a', steps: { a: say('b'), b: say('c'), c: twice } })).toEqual([
      'steps.b: goes round without waiting for the contact: b → c → b; put a menu, form, ask or wait between',
    ])
  })

  it('a step that nothing leads to', () => {
    expect(mistakesIn({ otherwise: 'people', steps: { people, lost: people } })).toEqual([
      'steps.lost: nothing leads here; name it in a rule, a menu or another step, or remove it',
    ])
  })

  it('a text that one of the languages lacks, and a language without words of the flow', () => {
    const steps = { a: { kind: 'say', text: { en: 'x', fr: 'x' }, next: 'b' }, b: { kind: 'say', text: { en: 'y' } } }
    expect(mistakesIn({ otherwise: 'a', steps })).toEqual([
      'steps.b.text: is missing in "fr"; add it, or take that language out everywhere',
      'says.fr: is missing; give what the flow itself says in "fr"',
    ])
    expect(
      mistakesIn({ languages: ['en'], otherwise: 'b', steps: { b: { kind: 'say', text: { en: 'y', zh: 'z' } } } }),
    ).toEqual(['steps.b.text: is there in "zh", which "languages" does not list'])
  })

  it('a rule that fits everything, leads nowhere, or keeps what it does not look for', () => {
    const rules = [{ next: 'people' }, { any: ['x'], next: 'pepole' }, { any: ['x'], as: 'y', next: 'people' }]
    expect(mistakesIn({ rules, steps: { people } })).toEqual([
      'rules.0: fits everything; give any, all, pattern, choice or if',
      'rules.2.as: keeps what "pattern" finds; give a pattern',
      'rules.1.next: there is no step "pepole"; did you mean "people"?',
    ])
  })

  it.each([
    ['rating', { kind: 'rating', scale: 'csat' }, 'ask'],
    ['form', { kind: 'form', fields: [{ name: 'x', label: 'X', type: 'text' }] }, 'form'],
  ])('a %s that is only said, so that nobody hears the answer', (kind, part, step) => {
    expect(mistakesOf({ kind: 'say', parts: { en: [part] }, next: 'people' })).toEqual([
      `steps.main.parts.en.0: nobody hears the answer to a "${kind}" here; ask with a step of the kind "${step}"`,
    ])
  })

  it('a word of an option that another one has before it', () => {
    const option = (id: string, words: string[]) => ({ id, label: `The ${id}`, words, next: 'people' })
    const options = [
      option('a', ['return']),
      option('b', ['parcel', 'returns', 'return label']),
      option('c', ['the a']),
    ]
    expect(mistakesOf(menu({ options }))).toEqual([
      'steps.main.options.1.words.1: "returns" means another option already; remove it from one',
      'steps.main.options.1.words.2: "return label" means another option already; remove it from one',
      'steps.main.options.2.words.0: "the a" means another option already; remove it from one',
    ])
  })

  it('a rule behind one that takes all that would fit', () => {
    const to = (rule: Json) => ({ ...rule, next: 'people' })
    const rules = [
      to({ any: ['refund', '退款'] }),
      to({ any: ['refund', '退款'] }),
      to({ any: ['refund policy', 'Refunds', '退款政策'] }),
      to({ all: ['my', 'refund'] }),
      to({ any: ['refund', 'invoice'] }),
      to({ any: ['invoice'], if: { fact: 'verified', equals: true } }),
      to({ pattern: '{digits:6}' }),
      to({ pattern: '{digits:6}', if: { fact: 'verified', equals: true } }),
    ]
    const covered = (at: number, by: number) =>
      `rules.${at}: is never come to: rules.${by} takes all that would fit; put this one before it, or remove it`
    expect(mistakesIn({ rules, steps: { people } })).toEqual([
      covered(1, 0),
      covered(2, 0),
      covered(3, 0),
      covered(5, 4),
      covered(7, 6),
    ])
  })

  it('a rule for an option that no step offers', () => {
    const parts = { en: [{ kind: 'choices', options: [{ id: 'green', label: 'Green' }] }] }
    const rules = [
      { choice: 'green', next: 'people' },
      { choice: 'gren', next: 'people' },
    ]
    expect(mistakesIn({ rules, otherwise: 'a', steps: { a: { kind: 'say', parts }, people } })).toEqual([
      expect.stringMatching(/^rules\.1\.choice: no step offers "gren"; .*did you mean "green"\?$/),
    ])
  })

  it('opening times of hours that are not given', () => {
    const cases = [{ if: { fact: 'open', equals: false }, next: 'people' }]
    const welcome = { text: 'We are back {{opens|later}}.', next: 'main' }
    const message = 'is not known without business hours; give "hours"'
    expect(mistakesOf({ kind: 'condition', cases, otherwise: 'people' }, { welcome })).toEqual([
      `welcome.text: ${message}`,
      `steps.main.cases.0.if.fact: ${message}`,
    ])
  })

  it('hours in which nothing is ever open, or nothing any more', () => {
    const flowOf = (hours: Json, text: string) => ({
      ...{ hours: { timeZone: 'Asia/Shanghai', ...hours }, welcome: { text } },
      ...{ otherwise: 'people', steps: { people } },
    })
    const back = 'We are back {{opens}}.'
    expect(mistakesIn(flowOf({ week: { mon: [] } }, back))).toEqual([
      'hours: is never open; give a weekday its hours, as "week": {"mon": ["09:00-18:00"]}',
    ])
    expect(mistakesIn(flowOf({ week: { mon: ['09:00-09:00'] } }, back))).toEqual([
      'hours.week.mon.0: begins when it ends; write "00:00-24:00" for a whole day',
    ])
    const days = { week: {}, days: { '2026-12-24': ['09:00-12:00'] } }
    expect(mistakesIn(flowOf(days, back))).toEqual([
      'welcome.text: has nothing to fill in once the last of "days" is over; give a stand-in, as {{opens|later}}',
    ])
    expect(mistakesIn(flowOf(days, 'We are back {{opens|later}}.'))).toEqual([])
  })

  it('a hand-off to a backend that is not there, or to the flow itself', () => {
    const to = (bot: string) => mistakesOf({ kind: 'handoff', to: { bot } }, { otherwise: 'people' })
    expect(to('knowlege')).toEqual(['steps.main.to.bot: there is no backend "knowlege"; there is no other one'])
    expect(to('flow')).toEqual([
      'steps.main.to.bot: is this flow itself; go on with "next" or a step of the kind "goto"',
    ])
    const flow = { otherwise: 'a', steps: { a: { kind: 'handoff', to: { bot: 'keywrod' } } } }
    const found = backendMistakes({ backends: { flow, keyword: {} } }, ['orders'])
    expect(found.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
      'backends.flow.steps.a.to.bot: there is no backend "keywrod"; there are keyword, orders; did you mean "keyword"?',
    ])
    expect(
      backendMistakes({ backends: { flow: { ...flow, steps: { a: { kind: 'handoff', to: { bot: 'orders' } } } } } }, [
        'orders',
      ]),
    ).toEqual([])
  })

  it('a step whose name means something else to the machine', () => {
    const steps: unknown = JSON.parse('{"__proto__": {"kind": "close"}}')
    expect(mistakesIn({ welcome: { text: 'Hi', next: '__proto__' }, steps })).toEqual([
      'welcome.next: is no name for a step; choose another',
      'steps.__proto__: is no name for a step; choose another',
    ])
  })

  it('hours that cannot be', () => {
    const hours = { timeZone: 'Mars/Base', week: { mon: ['9-17'], mnday: [] }, holidays: ['2026-02-30'] }
    expect(mistakesIn({ hours, otherwise: 'people', steps: { people } })).toEqual([
      'hours.timeZone: must be a time zone such as "Asia/Shanghai" or "Europe/Berlin"',
      expect.stringMatching(/^hours\.week\.mon\.0: must be a range such as "09:00-18:00"/),
      expect.stringMatching(/^hours\.week.*/),
      'hours.holidays.0: must be a date that there is, such as "2026-10-01"',
    ])
  })

  it('a flow that does nothing, and words for hours that are not given', () => {
    const welcome = { text: 'x', closed: 'y' }
    expect(mistakesIn({ welcome })).toEqual(['welcome.closed: is never said without business hours; give "hours"'])
    expect(mistakesIn({})).toEqual([': does nothing; give "welcome", "rules" or "otherwise"'])
  })

  it('all at once, those of the shape and those of what leads where', () => {
    const steps = { a: { kind: 'say', text: 'x', next: 'b' }, c: { kind: 'say', text: 7 }, d: { kind: 'set' } }
    expect(mistakesIn({ patience: 99, otherwise: 'e', steps })).toEqual([
      expect.stringMatching(/^steps\.c\.text: must be a text/),
      'patience: must be at most 10',
      'otherwise: there is no step "e"',
      'steps.a.next: there is no step "b"',
      expect.stringMatching(/^steps\.d: sets nothing/),
    ])
  })

  it('all in words, where a program makes the backend', () => {
    const make = () => createFlowBackend('flow', { otherwise: 'peple', steps: { people: { kind: 'close' } } })
    expect(make).toThrow(
      'otherwise: there is no step "peple"; did you mean "people"?; steps.people: nothing leads here; name it in a rule, a menu or another step, or remove it',
    )
  })

  it('none is found in the example of the documentation', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/backend-flow.md'), 'utf8')
    const config = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    expect(Object.keys(config.backends.flow.steps).length).toBeGreaterThan(5)
    expect(checkSettings({ ...config, secret: 'a secret that is only used in tests' }).mistakes).toEqual([])
    expect(backendMistakes(config, [])).toEqual([])
  })
})
