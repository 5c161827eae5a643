import type { ActionInput, Agent } from '@hutong/core/backend'
import { toHutongError } from '@hutong/core/errors'
import { newId } from '@hutong/core/ids'
import type { Api, Me, Site } from './api.ts'
import { botName, botsOf } from './bots.ts'
import type { Inbox } from './inbox.ts'
import type { Notices } from './notices.ts'
import type { Preferences } from './preferences.ts'

/** What an agent can do with a conversation besides speaking. Failures are shown, never thrown. */
export interface Actions {
  /** Resolves with whether it was done. */
  takeOver(id: string): Promise<boolean>
  transfer(id: string, to: Agent, summary: string): Promise<void>
  toBot(id: string, bot: string): Promise<void>
  toQueue(id: string): Promise<void>
  /** `ask`: with a request to rate the conversation. Can be taken back for some seconds. */
  close(id: string, options: { ask: boolean }): Promise<void>
  reopen(id: string): Promise<void>
  recall(id: string, seq: number): Promise<void>
}

export interface ActionsOptions {
  api: Pick<Api, 'act'>
  me: Me
  inbox: Pick<Inbox, 'item'>
  sites(): readonly Site[]
  notices: Notices
  preferences: Pick<Preferences, 'words'>
}

export function createActions({ api, me, inbox, sites, notices, preferences }: ActionsOptions): Actions {
  const words = () => preferences.words.peek()

  function nameOf(id: string, bot: string): string {
    return botName(bot, botsOf(inbox.item(id)?.conversation.site, sites()), words())
  }

  /** `guarded`: refused when the floor has moved since the agent saw it. */
  async function act(id: string, actions: ActionInput[], guarded = 'no' as 'guarded' | 'no'): Promise<boolean> {
    const term = guarded === 'guarded' ? inbox.item(id)?.conversation.floor.term : undefined
    try {
      await api.act(id, { key: newId('k'), actions, ...(term === undefined ? {} : { term }) })
      return true
    } catch (thrown) {
      const error = toHutongError(thrown)
      const text = error.code === 'stale_floor' ? words().tooLate : words().failed(error.message)
      notices.show({ text, tone: 'bad' })
      return false
    }
  }

  const reopen = async (id: string) => {
    await act(id, [{ kind: 'reopen' }])
  }

  return {
    reopen,
    takeOver: (id) => act(id, [{ kind: 'handoff', to: { kind: 'agent', id: me.id, name: me.name } }], 'guarded'),
    async transfer(id, { id: agent, name = agent }, summary) {
      const to = { kind: 'agent' as const, id: agent, name }
      const told = summary.trim() === '' ? {} : { summary: summary.trim() }
      if (await act(id, [{ kind: 'handoff', to, ...told }], 'guarded'))
        notices.show({ text: words().transferred(name) })
    },
    async toBot(id, bot) {
      if (await act(id, [{ kind: 'handoff', to: { kind: 'bot', id: bot } }], 'guarded'))
        notices.show({ text: words().gaveTo(nameOf(id, bot)) })
    },
    async toQueue(id) {
      if (await act(id, [{ kind: 'handoff', to: { kind: 'queue' } }], 'guarded'))
        notices.show({ text: words().gaveToQueue })
    },
    async close(id, { ask }) {
      const site = inbox.item(id)?.conversation.site
      const relayAsks = sites().some((one) => one.id === site && one.asksRatings)
      const rating: ActionInput[] = ask && !relayAsks ? [{ kind: 'ask', part: { kind: 'rating', scale: 'csat' } }] : []
      if (await act(id, [...rating, { kind: 'close', ...(ask ? {} : { quiet: true }) }]))
        notices.show({ text: words().closedNow, undo: () => void reopen(id) })
    },
    async recall(id, seq) {
      await act(id, [{ kind: 'recall', of: seq }])
    },
  }
}
