import { render } from 'preact'
import { createApi } from './model/api.ts'
import { openBackendSocket } from './model/link.ts'
import { createPlace } from './model/place.ts'
import { createPreferences } from './model/preferences.ts'
import { createWorkspace } from './model/workspace.ts'
import { App } from './ui/app.tsx'

const api = createApi()
const preferences = createPreferences(localStorage, navigator.languages)
const place = createPlace(window)
const root = document.getElementById('desk')
if (!root) throw new Error('the page has no element "desk"')

const signedIn = await api.me().catch(() => undefined)
render(
  <App
    api={api}
    preferences={preferences}
    signedIn={signedIn}
    createWorkspace={(me, ended) =>
      createWorkspace({ api, me, preferences, place, storage: sessionStorage, openSocket: openBackendSocket, ended })
    }
  />,
  root,
)
