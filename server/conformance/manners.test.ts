import { describe, expect, it } from 'vitest'
import { manners } from './manners.ts'
import { openManners } from './manners-bench.ts'
import { inputManners } from './manners-inputs.ts'
import { type Rudeness, rude } from './test-rude-backends.ts'

const PLAIN = [
  'takes a greeting',
  'takes one letter',
  'takes a number alone',
  'takes punctuation alone',
  'takes markup and scripts',
  'takes the names of inner things',
  'takes templates and queries',
  'takes a text that is JSON',
  'takes a text that is a command of a bot',
  'takes a text that names an intent with entities',
  'takes an order to forget its instructions',
  'takes an address of the web',
]
const ODD = inputManners.map(({ title }) => title).filter((title) => !PLAIN.includes(title))

/** Which manners each rude backend is caught by. */
const CAUGHT: Readonly<Record<Rudeness, readonly string[]>> = {
  'breaks on all but plain words': [
    ...ODD,
    'takes an answer to one of its own messages',
    'takes the choice of an option that a person offered',
    'takes the answers to a form that a person asked',
  ],
  'breaks on plain words': [
    ...PLAIN,
    'takes five messages that are sent in one go',
    'answers the next question after a stop',
    'takes a stop when there is nothing to stop',
  ],
  'breaks on plain words in a process of its own': ['takes a greeting', 'answers, or passes on, within its time'],
  'takes events and says nothing': [
    'answers, or passes on, within its time',
    'answers the same question a second time as well',
    'is not put off by edits, reactions and messages taken back',
    'answers 20 conversations side by side, each of them',
    'is well when the floor is given back to it, and answers the next question',
    'answers, or passes on, what another bot passes to it',
    'keeps its manners while the floor goes to and fro five times',
    'answers the message that opens a closed conversation again',
    'answers what was asked just before the relay stopped, once it is back',
  ],
  'names its answers by chance': [
    'answers a question once though its receipt was lost and the event came again',
    'does what it does to a picture once though the event came again',
    'does what it does to nonsense once though the event came again',
  ],
  'tells everybody what it heard': [
    'tells none of twenty contacts what another wrote',
    'does not remember in one conversation what was said in another',
    'tells whoever takes over nothing of other conversations',
  ],
  'goes on talking': [
    'says nothing unasked after its answer',
    'says nothing after stop until the next question',
    'answers once when the contact’s page sends the same message twice',
  ],
  'answers a stop with words': ['answers a stop with nothing'],
  'speaks of channels': ['never says by which channel the contact writes', 'does the same whatever the channel'],
  'ends every conversation': ['leaves a conversation open after a plain question'],
  'says its inner values': ['says no half characters and no names of inner values'],
  'says white space': ['says what every channel takes'],
  'offers the same twice': ['offers options that can be told apart'],
  'breaks on its own options': ['takes the choice of each option that it offers'],
  'knows only what began while it runs': [
    'answers questions in a conversation that is older than the running relay',
    'loses no question of a contact who goes on writing while the relay starts again',
  ],
  'greets everybody when it starts': ['says nothing twice because the relay started again'],
}

/** What no backend can do, because the relay refuses it: these hold the two of them together. */
const HELD_BY_THE_RELAY = [
  'says nothing more after a person took the floor',
  'says nothing to what a contact writes to a person',
  'leaves the floor to the person who has it',
  'gives a reason or a summary where it passes a conversation on',
  'says nothing after a person closed the conversation',
  'says nothing to an edit, a reaction or a message taken back',
]

it('every manner catches somebody, or is held by the relay as well', () => {
  const caught = [...Object.values(CAUGHT).flat(), ...HELD_BY_THE_RELAY]
  const titles = manners.map(({ title }) => title)
  expect(titles.filter((title) => !caught.includes(title))).toEqual([])
  expect(caught.filter((title) => !titles.includes(title))).toEqual([])
})

describe('a backend that', () => {
  it.concurrent.each(Object.keys(CAUGHT) as Rudeness[])(
    '%s is caught',
    async (name) => {
      const bench = await openManners({ backend: rude[name](), ask: 'Where is my parcel?' })
      const passed: string[] = []
      const broken = async (title: string) => {
        const complaint = await manners
          .find((one) => one.title === title)
          ?.run(bench)
          .then(
            () => undefined,
            (error: Error) => error.message,
          )
        if (complaint === undefined) passed.push(title)
      }
      try {
        await Promise.all(CAUGHT[name].filter((title) => !isAlone(title)).map(broken))
        for (const title of CAUGHT[name]) if (isAlone(title)) await broken(title)
        expect(passed).toEqual([])
      } finally {
        await bench.close()
      }
    },
    60_000,
  )
})

function isAlone(title: string): boolean {
  return manners.some((one) => one.title === title && one.alone === true)
}
