import type { Arrival, Host } from '@hutong/core/adapter'
import { toHutongError } from '@hutong/core/errors'
import type { Api } from '@hutong/tencent/api'
import type { Opened } from '@hutong/tencent/envelope'
import { z } from 'zod'
import { fetchMedium } from './app-media.ts'
import { readPick, words } from './app-pick.ts'
import { answeredRequest } from './app-requests.ts'
import { decode, type Incoming, type Said } from './codec.ts'

export interface AppIntakeParts {
  host: Host
  api: Api
  site: string
  agentId: number
  /** Work that goes on after the callback was answered. */
  during<T>(work: Promise<T>): Promise<T>
}

type Message = Extract<Incoming, { kind: 'message' }>

/** Takes a callback in; resolves once it is durable. */
export function createAppIntake({ host, api, site, agentId, during }: AppIntakeParts) {
  /** The pressed card shows what was chosen; a code is good for one update, so a repeat changes nothing. */
  async function showPicked(userid: string, code: string, label: string): Promise<void> {
    const body = answeredRequest({ userid, agentId }, code, label)
    try {
      await api.post('/cgi-bin/message/update_template_card', body, z.object({}))
    } catch (thrown) {
      host.logger.info({ code: toHutongError(thrown).code }, 'a card was answered but does not show it')
    }
  }

  /** A pick of something that the log does not hold is the words that were pressed. */
  async function takePick(arrival: Omit<Arrival, 'body'>, said: Extract<Said, { kind: 'pick' }>): Promise<void> {
    const { body, label } = await readPick(host.log, said)
    try {
      await host.receive({ ...arrival, conversation: said.conversation, body })
    } catch (thrown) {
      if (toHutongError(thrown).code !== 'invalid') throw thrown
      await host.receive({ ...arrival, body: words(label) })
    }
    if (said.responseCode !== '') void during(showPicked(arrival.from.address, said.responseCode, label))
  }

  async function take({ from, native, at, said }: Message, raw: string): Promise<void> {
    const arrival = {
      ...{ from: { address: from, verified: 'platform' as const }, site, key: native, native, raw },
      ...(at === undefined ? {} : { at }),
    }
    if (said.kind === 'pick') return takePick(arrival, said)
    const parts = said.kind === 'parts' ? said.parts : [await fetchMedium({ api, files: host.files }, said, site)]
    await host.receive({ ...arrival, body: { kind: 'message', parts } })
  }

  return async ({ payload, raw }: Opened): Promise<void> => {
    const incoming = decode(payload)
    if (incoming.kind === 'message') await during(take(incoming, raw))
    else host.logger.debug({ event: incoming.name }, `an event: ${incoming.means}`)
  }
}
