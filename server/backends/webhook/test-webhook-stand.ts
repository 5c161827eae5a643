import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Entry } from '@hutong/core/entry'
import { expect } from 'vitest'
import type { DeliveryRow } from '../../stores/store.ts'
import { openStand, type Stand } from '../../test-stand.ts'
import { openReceiver, type Receiver } from './test-receiver.ts'
import { createWebhookBackend } from './webhook.ts'
import type { WebhookOptions } from './webhook-options.ts'

/** The name of the stand's token for this site too, so that what it does over REST is the backend's. */
export const NAME = 'shop'

export interface WebhookStand extends Stand {
  receiver: Receiver
  /** Brings what waits for a further try, until the webhook was asked so often. */
  triesOf(count: number): Promise<void>
  /** What waits for a further try. */
  waiting(): Promise<{ tries: number; due: number; error: string }[]>
  dead(): Promise<DeliveryRow[]>
}

/** A relay with a webhook and, over real HTTP, its other end. Closing it fails when a request was not as it has to be. */
export async function openWebhookStand(
  more: Partial<WebhookOptions> = {},
  routing: readonly string[] = [NAME, 'desk'],
): Promise<WebhookStand> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const receiver = await openReceiver({ secret })
  const webhook = createWebhookBackend(NAME, { url: receiver.url, secrets: [secret], ...more })
  const stand = await openStand({ backends: [webhook], routing })
  return {
    ...stand,
    receiver,
    async triesOf(count) {
      const hastened = async () => {
        await stand.relay.hasten(NAME)
        return receiver.calls.length
      }
      await expect.poll(hastened, { interval: 20, timeout: 5_000 }).toBe(count)
    },
    async waiting() {
      const database = new DatabaseSync(stand.path, { readOnly: true })
      try {
        const found = database.prepare(
          "select tries, due, error from outbox where target = ? and state = 'ready' and error is not null order by id",
        )
        return found.all(`backend:${NAME}`).map(({ tries, due, error }) => ({
          tries: Number(tries),
          due: Number(due),
          error: String(error),
        }))
      } finally {
        database.close()
      }
    },
    dead: () => stand.store.deadLetters({ limit: 100 }),
    async close() {
      await stand.close()
      await receiver.close()
      expect(receiver.complaints).toEqual([])
    },
  }
}

export const until = (condition: () => boolean) => expect.poll(condition, { interval: 5, timeout: 5_000 }).toBe(true)
export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
export const reply = (text: string) => ({ kind: 'reply' as const, parts: [{ kind: 'text' as const, text }] })
/** What the webhook said to the contact. */
export const saidBy = (log: readonly Entry[]) =>
  log.filter(({ from, body }) => from.id === NAME && body.kind === 'message')
/** Why people were asked; undefined when they were not. */
export const reasonOf = (log: readonly Entry[]) =>
  log.flatMap(({ body }) => (body.kind === 'handoff' && body.floor.holder.kind === 'queue' ? [body.reason] : [])).at(0)
