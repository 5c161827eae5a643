import type { Words } from '../locales/en.ts'
import { botsOf } from './bots.ts'
import { channelName } from './channels.ts'
import { FILTERS } from './inbox-item.ts'
import type { DialogName, Workspace } from './workspace.ts'

export interface Command {
  id: string
  label: string
  /** As `KeyboardEvent.key` says it, with "Shift+" where it needs to be told apart; absent: only in the command list. */
  key?: string
  run(): void
}

export const UNDO_KEY = 'z'

/** What can be done now, in the order it is shown. */
export function commandsOf(desk: Workspace): Command[] {
  const words = desk.preferences.words.value
  return [...conversationCommands(desk, words), ...undoCommand(desk, words), ...deskCommands(desk, words)]
}

function conversationCommands(desk: Workspace, words: Words): Command[] {
  const item = desk.item.value
  if (!item) return []
  const { actions, drafts, me } = desk
  const { id, status, floor } = item.conversation
  const { holder } = floor
  const mine = holder.kind === 'agent' && holder.id === me.id
  const write = (mode: 'reply' | 'note') => () => {
    drafts.setMode(id, mode)
    focusOn('composer')
  }
  const all: (Command | false)[] = [
    { id: 'reply', label: words.reply, key: 'r', run: write('reply') },
    { id: 'note', label: words.note, key: 'n', run: write('note') },
    status === 'open' &&
      !mine && { id: 'takeOver', label: words.takeOver, key: 't', run: () => void takeOver(desk, id) },
    status === 'open' && {
      id: 'transfer',
      label: words.transfer,
      key: 'x',
      run: show(desk, 'transfer'),
    },
    ...(status === 'open' ? botCommands(desk, words) : []),
    status === 'open' &&
      holder.kind !== 'queue' && { id: 'toQueue', label: words.toQueue, key: 'q', run: () => void actions.toQueue(id) },
    status === 'open' && {
      id: 'close',
      label: words.close,
      key: 'e',
      run: () => void actions.close(id, { ask: true }),
    },
    status === 'open' && {
      id: 'closeQuietly',
      label: words.closeQuietly,
      key: 'Shift+E',
      run: () => void actions.close(id, { ask: false }),
    },
    status === 'closed' && { id: 'reopen', label: words.reopen, key: 'o', run: () => void actions.reopen(id) },
    ...(status === 'open' ? inviteCommands(desk, words) : []),
    { id: 'transcript', label: words.transcript, key: 's', run: show(desk, 'transcript') },
    { id: 'merge', label: words.merge, key: 'm', run: show(desk, 'merge') },
    {
      id: 'person',
      label: words.togglePerson,
      key: 'p',
      run: () => {
        desk.personShown.value = !desk.personShown.peek()
      },
    },
  ]
  return all.filter((one) => one !== false)
}

function deskCommands(desk: Workspace, words: Words): Command[] {
  return [
    { id: 'next', label: words.nextConversation, key: 'j', run: () => step(desk, 1) },
    { id: 'previous', label: words.previousConversation, key: 'k', run: () => step(desk, -1) },
    ...FILTERS.map((filter, index) => ({
      id: `filter:${filter}`,
      label: words.goTo(words.filters[filter]),
      key: String(index + 1),
      run: () => {
        desk.inbox.choose(filter)
      },
    })),
    { id: 'search', label: words.focusSearch, key: '/', run: () => focusOn('search') },
    ...(desk.setAside.all.value.length > 0
      ? [{ id: 'aside', label: words.aside, key: 'a', run: show(desk, 'aside') }]
      : []),
    { id: 'settings', label: words.settings, key: ',', run: show(desk, 'settings') },
    { id: 'keys', label: words.showKeys, key: '?', run: show(desk, 'keys') },
    { id: 'commands', label: words.showCommands, key: 'Mod+K', run: show(desk, 'commands') },
  ]
}

function show({ dialog }: Workspace, name: DialogName) {
  return () => {
    dialog.value = name
  }
}

/** Where the contact is not already. */
export function invitationsOf({ thread, item }: Workspace): string[] {
  const here = item.value?.conversation.channel
  return thread.value?.reach.value?.invitations.filter((channel) => channel !== here) ?? []
}

function inviteCommands(desk: Workspace, words: Words): Command[] {
  const [first, ...others] = invitationsOf(desk)
  if (first === undefined) return []
  const name = channelName(first, desk.channels.value, words)
  const label = others.length === 0 ? words.continueIn(name) : words.continueElsewhere
  return [{ id: 'invite', label, key: 'i', run: show(desk, 'invite') }]
}

/** The backends of the conversation's site that do not have it already; the first one by key. */
function botCommands({ item, sites, actions }: Workspace, words: Words): Command[] {
  const conversation = item.value?.conversation
  if (!conversation) return []
  const { id, site, floor } = conversation
  const { holder } = floor
  const all = botsOf(site, sites.value)
  const bots = all.filter((bot) => holder.kind !== 'bot' || holder.id !== bot)
  return bots.map((bot, index) => ({
    id: index === 0 ? 'toBot' : `toBot:${bot}`,
    label: all.length === 1 ? words.toBot : words.toNamedBot(bot),
    ...(index === 0 && { key: 'b' }),
    run: () => void actions.toBot(id, bot),
  }))
}

async function takeOver({ actions }: Workspace, id: string) {
  if (await actions.takeOver(id)) focusOn('composer')
}

/** The newest step that can still be taken back. */
function undoCommand({ notices }: Workspace, words: Words): Command[] {
  const last = notices.shown.value.findLast((one) => one.undo)
  return last ? [{ id: 'undo', label: words.undo, key: UNDO_KEY, run: () => notices.undo(last.id) }] : []
}

function step(desk: Workspace, by: 1 | -1) {
  const shown = desk.inbox.shown.peek().map((one) => one.conversation.id)
  const open = desk.thread.peek()?.id
  const at = open === undefined ? -1 : shown.indexOf(open)
  const next = shown[at === -1 ? (by === 1 ? 0 : shown.length - 1) : at + by]
  if (next === undefined) return
  desk.open(next)
  focusOn(`row-${next}`)
}

/** After the next paint, for the field may only now come to be. */
export function focusOn(id: 'composer' | 'search' | 'log' | `row-${string}`) {
  requestAnimationFrame(() => document.getElementById(id)?.focus())
}

/** The command that a key press asks for; letters alone only outside of fields, and only where the agent wants them. */
export function commandFor(desk: Workspace, pressed: KeyboardEvent): Command | undefined {
  if (pressed.isComposing || pressed.altKey) return
  const mod = pressed.ctrlKey || pressed.metaKey
  if (!mod && (!desk.preferences.shortcuts.peek() || inField(pressed.target))) return
  const name = mod
    ? `Mod+${pressed.key.toUpperCase()}`
    : pressed.shiftKey && /^[A-Z]$/.test(pressed.key)
      ? `Shift+${pressed.key}`
      : pressed.key
  return commandsOf(desk).find((one) => one.key === name)
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
}
