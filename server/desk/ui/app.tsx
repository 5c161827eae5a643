import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Api, Me } from '../model/api.ts'
import { commandFor } from '../model/commands.ts'
import type { Preferences } from '../model/preferences.ts'
import type { Workspace } from '../model/workspace.ts'
import { AsideDialog } from './aside.tsx'
import { CommandDialog, KeysDialog } from './commands.tsx'
import { DeskContext, useDesk } from './desk-context.ts'
import { InboxColumn } from './inbox.tsx'
import { InviteDialog } from './invite.tsx'
import { MergeDialog } from './merge.tsx'
import { NoticeList } from './notices.tsx'
import { PersonColumn } from './person.tsx'
import { SettingsDialog } from './settings.tsx'
import { SignIn } from './sign-in.tsx'
import { ThreadColumn } from './thread.tsx'
import { TranscriptDialog } from './transcript.tsx'
import { TransferDialog } from './transfer.tsx'

interface AppProps {
  api: Api
  preferences: Preferences
  /** Who is signed in already. */
  signedIn: Me | undefined
  createWorkspace(me: Me, ended: () => void): Workspace
}

export function App({ api, preferences, signedIn, createWorkspace }: AppProps) {
  const desk = useMemo(() => signal(signedIn && createWorkspace(signedIn, leave)), [])

  function leave() {
    desk.peek()?.close()
    desk.value = undefined
  }
  function enter(me: Me) {
    desk.value = createWorkspace(me, leave)
  }
  useEffect(() => leave, [])
  useEffect(() => {
    document.documentElement.dataset.theme = preferences.theme.value
    document.documentElement.lang = preferences.language.value
  }, [preferences.theme.value, preferences.language.value])

  if (!desk.value) return <SignIn api={api} preferences={preferences} onSignedIn={enter} />
  return (
    <DeskContext.Provider value={desk.value}>
      <Desk
        onSignOut={() =>
          void api.signOut().then(leave, () => {
            const { noConnection: text } = preferences.words.value
            desk.peek()?.notices.show({ text, tone: 'bad' })
          })
        }
      />
    </DeskContext.Provider>
  )
}

function Desk({ onSignOut }: { onSignOut(): void }) {
  const { desk, words } = useDesk()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (desk.dialog.peek() !== undefined) return
      const command = commandFor(desk, event)
      if (!command) return
      event.preventDefault()
      command.run()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [desk])
  const pane = desk.thread.value ? 'with-thread' : 'without-thread'
  return (
    <main class={`desk ${pane}${desk.personShown.value ? ' with-person' : ''}`}>
      <h1 class="hidden">{words.desk}</h1>
      <InboxColumn />
      <ThreadColumn />
      <PersonColumn />
      <NoticeList />
      <OpenDialog onSignOut={onSignOut} />
    </main>
  )
}

function OpenDialog({ onSignOut }: { onSignOut(): void }) {
  const { desk } = useDesk()
  switch (desk.dialog.value) {
    case 'transfer':
      return <TransferDialog />
    case 'merge':
      return <MergeDialog />
    case 'transcript':
      return <TranscriptDialog />
    case 'invite':
      return <InviteDialog />
    case 'aside':
      return <AsideDialog />
    case 'keys':
      return <KeysDialog />
    case 'commands':
      return <CommandDialog />
    case 'settings':
      return <SettingsDialog onSignOut={onSignOut} />
    case undefined:
      return null
  }
}
