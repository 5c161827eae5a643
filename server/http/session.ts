import { agent } from '@hutong/core/backend'
import { z } from 'zod'
import { agentsFor, agentsOf } from '../agents.ts'
import type { Actor, Auth } from '../auth.ts'
import type { Presence } from '../presence.ts'
import type { PeopleStore } from '../stores/store.ts'
import { type Operation, operation } from './operation.ts'
import { listOf } from './page.ts'
import { me } from './schemas.ts'

interface SessionOptions {
  auth: Auth
  store: Pick<PeopleStore, 'agents'>
  presence: Presence
}

const tag = 'session'
const cookieSet = z.object({
  'Set-Cookie': z.string().describe('The session cookie, or the same emptied: `HttpOnly`, `SameSite=Strict`'),
})

const credentials = z
  .object({
    email: z
      .string()
      .trim()
      .min(3)
      .max(320)
      .meta({ description: 'Of the agent', examples: ['anna@shop.example'] }),
    password: z.string().min(1).max(1_024).describe('Wrong ones are counted: too many are `throttled`'),
  })
  .meta({ examples: [{ email: 'anna@shop.example', password: 'correct horse battery staple' }] })

export function sessionOperations({ auth, store, presence }: SessionOptions): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/v1/session',
      access: 'public',
      id: 'signIn',
      tag,
      summary: 'Signs an agent in: sets the session cookie',
      body: credentials,
      answer: me,
      replies: { 200: { description: 'Who is signed in now', headers: cookieSet } },
      errors: ['unauthorized', 'forbidden', 'throttled'],
      async handle({ body, ip, header }) {
        const { actor, ...session } = await auth.signIn({ ...body, ip })
        header('Set-Cookie', auth.cookie(session))
        return asMe(actor)
      },
    }),
    operation({
      method: 'get',
      path: '/v1/session',
      access: 'public',
      id: 'getSession',
      tag,
      summary: 'Who is signed in by the cookie, so that a page can ask without being refused',
      answer: z
        .object({ agent: me.nullable().meta({ description: 'null when nobody is signed in' }) })
        .describe('Whose session the cookie is'),
      async handle({ request }) {
        const actor = await auth.who({ cookie: request.headers.get('cookie') ?? undefined })
        return { agent: actor === undefined ? null : asMe(actor) }
      },
    }),
    operation({
      method: 'delete',
      path: '/v1/session',
      access: 'actor',
      id: 'signOut',
      tag,
      summary: 'Ends the session of the cookie',
      replies: { 204: { description: 'Nobody is signed in now', headers: cookieSet } },
      async handle({ request, header }) {
        await auth.signOut(request.headers.get('cookie') ?? undefined)
        header('Set-Cookie', auth.cookie({}))
      },
    }),
    operation({
      method: 'get',
      path: '/v1/me',
      access: 'actor',
      id: 'getMe',
      tag,
      summary: 'Whose credentials these are',
      answer: me,
      handle: async ({ actor }) => asMe(actor),
    }),
    operation({
      method: 'get',
      path: '/v1/agents',
      access: 'actor',
      id: 'listAgents',
      tag,
      summary: 'The people who answer, and who of them is online',
      answer: listOf(agent),
      handle: async ({ actor }) => ({ items: agentsFor(actor, await agentsOf(store, presence)) }),
    }),
  ]
}

function asMe({ sites, ...actor }: Actor) {
  return { ...actor, sites: sites === 'all' ? sites : [...sites] }
}
