import type { ActionInput, Event } from '@hutong/core/backend'
import { createPullBackend } from '../backends/pull.ts'
import { pause } from './case.ts'
import type { Stage } from './stage.ts'
import { actByRest } from './test-rest-client.ts'
import { createScript } from './test-script.ts'
import type { End, Wire } from './wire-bench.ts'

interface Page {
  items: Event[]
  position: number
}

/** A program that asks for its events by HTTP and works on conversations side by side. */
export function pull(): Wire {
  const script = createScript()

  return {
    name: 'pull',
    backend: (name, { answerWithin }) => createPullBackend(name, { answerWithin }),
    async open(stage: Stage): Promise<End> {
      const lanes = new Map<string, Promise<void>>()
      const unfinished = new Map<string, number>()
      let position = 0
      let gone = new AbortController()
      let loop = follow(gone.signal)

      async function follow(signal: AbortSignal): Promise<void> {
        while (!signal.aborted) {
          const found = await page(stage, { after: position, wait: 10 }, signal)
          if (!found) continue
          for (const event of found.items) {
            const stops = event.entry.body.kind === 'stop'
            const before = (stops ? undefined : lanes.get(event.conversation)) ?? Promise.resolve()
            unfinished.set(event.id, event.position)
            if (stops) {
              await work(event)
              continue
            }
            lanes.set(
              event.conversation,
              before.then(() => work(event)),
            )
          }
          position = found.position
        }
      }

      /** What broke is asked for again, as a program would that had not moved its position on. */
      async function work(event: Event): Promise<void> {
        for (let again: Event | undefined = event; again !== undefined; ) {
          const actions = await decide(again)
          if (Array.isArray(actions)) await answer(again, actions)
          if (actions !== 'again') return void unfinished.delete(event.id)
          await pause(30)
          const found = await page(stage, { after: event.position - 1, wait: 0 }, gone.signal)
          again = found?.items.find(({ id }) => id === event.id)
        }
      }

      async function decide(event: Event): Promise<readonly ActionInput[] | 'again' | 'later'> {
        const turn = await script.hear(event)
        if (turn.do === 'answer') return turn.actions
        if (turn.do === 'nonsense') return JSON.parse('[{ "kind": "dance" }]')
        if (turn.do === 'fail') return 'again'
        if (turn.do === 'later') return 'later'
        return new Promise((resolve) => gone.signal.addEventListener('abort', () => resolve('again'), { once: true }))
      }

      /** A refusal is final, for the same again would be refused again, unless it says that later is another matter. */
      async function answer(event: Event, actions: readonly ActionInput[]): Promise<void> {
        const request = { key: event.id, term: event.floor.term, event: event.id, actions: [...actions] }
        while (!gone.signal.aborted) {
          const asked = actByRest(stage, event.conversation, request)
          const refusal: { code?: string } | undefined = await asked.then(
            () => undefined,
            (error: { code?: string }) => error,
          )
          if (refusal === undefined || !AGAIN.includes(refusal.code)) return
          await pause(50)
        }
      }

      async function leave(): Promise<void> {
        gone.abort()
        await loop
        await Promise.all(lanes.values())
      }

      return script.end({
        act: (conversation, request) => actByRest(stage, conversation, request),
        async lose() {
          await leave()
          position = Math.min(position, ...[...unfinished.values()].map((one) => one - 1))
          unfinished.clear()
          lanes.clear()
          gone = new AbortController()
          loop = follow(gone.signal)
        },
        close: leave,
      })
    },
  }
}

/** What is said again; `undefined`: it never reached the relay. */
const AGAIN: readonly unknown[] = [undefined, 'internal', 'throttled']

async function page(
  { url, token }: Stage,
  { after, wait }: { after: number; wait: number },
  signal: AbortSignal,
): Promise<Page | undefined> {
  const headers = { authorization: `Bearer ${token}` }
  const asked = await fetch(`${url}/v1/feed?mine=true&wait=${wait}&after=${after}`, { headers, signal }).catch(
    () => undefined,
  )
  if (asked?.ok) return (await asked.json().catch(() => undefined)) as Page | undefined
  await pause(50)
  return undefined
}
