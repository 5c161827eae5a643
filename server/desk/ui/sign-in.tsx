import { toHutongError } from '@hutong/core/errors'
import { useSignal } from '@preact/signals'
import type { Words } from '../locales/en.ts'
import type { Api, Me } from '../model/api.ts'
import { LANGUAGES, type Language, type Preferences } from '../model/preferences.ts'

interface SignInProps {
  api: Pick<Api, 'signIn'>
  preferences: Preferences
  onSignedIn(me: Me): void
}

export function SignIn({ api, preferences, onSignedIn }: SignInProps) {
  const words = preferences.words.value
  const busy = useSignal(false)
  const problem = useSignal('')

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    busy.value = true
    problem.value = ''
    try {
      onSignedIn(await api.signIn({ email: String(data.get('email')), password: String(data.get('password')) }))
    } catch (thrown) {
      problem.value = why(thrown, words)
      document.getElementById('password')?.focus()
    } finally {
      busy.value = false
    }
  }

  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <h1>{words.desk}</h1>
        <label for="email">{words.email}</label>
        <input id="email" name="email" type="email" autocomplete="username" required autofocus />
        <label for="password">{words.password}</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby="sign-in-problem"
        />
        <p id="sign-in-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={busy.value}>
          {busy.value ? words.signingIn : words.signIn}
        </button>
      </form>
      <LanguageChoice preferences={preferences} />
    </main>
  )
}

export function LanguageChoice({ preferences }: { preferences: Preferences }) {
  return (
    <select
      class="language"
      aria-label={preferences.words.value.language}
      value={preferences.language.value}
      onChange={(event) => {
        preferences.language.value = event.currentTarget.value as Language
      }}
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  )
}

function why(thrown: unknown, words: Words): string {
  const { code, message } = toHutongError(thrown)
  if (code === 'unauthorized' || code === 'invalid') return words.badCredentials
  if (code === 'throttled') return words.tooManyTries
  return code === 'unreachable' ? words.noConnection : message
}
