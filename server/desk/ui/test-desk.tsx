import { fireEvent, render, screen, within } from '@testing-library/preact'
import { createPlace } from '../model/place.ts'
import { createPreferences } from '../model/preferences.ts'
import { createWorkspace } from '../model/workspace.ts'
import { ANA, createPretendRelay, type PretendRelay } from '../pretend-relay.ts'
import { App } from './app.tsx'

/** A relay with a question of Zoe's, before a browser that knows nothing. */
export function openRelay(): PretendRelay {
  localStorage.clear()
  sessionStorage.clear()
  history.replaceState(null, '', '#/')
  const relay = createPretendRelay()
  relay.contact('v1', 'Zoe')
  relay.says('v1', 'Where is my order?')
  return relay
}

export function showDesk(relay: PretendRelay, { signedIn = true, language = 'en' } = {}): void {
  const preferences = createPreferences(localStorage, [language])
  const parts = { api: relay.api, preferences, place: createPlace(window), storage: sessionStorage }
  const openSocket = () => relay.socket.asSocket
  render(
    <App
      api={relay.api}
      preferences={preferences}
      signedIn={signedIn ? ANA : undefined}
      createWorkspace={(me, ended) => createWorkspace({ ...parts, me, openSocket, ended })}
    />,
  )
  if (signedIn) relay.connect()
}

/** Ana at the desk, with Zoe's question before her. Resolves with what the thread shows. */
export async function openZoe(relay: PretendRelay, language = 'en') {
  showDesk(relay, { language })
  fireEvent.click(await screen.findByRole('link', { name: /Zoe(?! Adler)/ }))
  const log = within(await screen.findByRole('log'))
  await log.findByText('Where is my order?')
  return log
}
