import { contact, profile } from '@hutong/core/conversation'
import { attributes } from '@hutong/core/entry'
import { z } from 'zod'
import { authorOf } from '../auth.ts'
import type { Relay } from '../relay.ts'
import type { Store } from '../stores/store.ts'
import type { Doors } from './doors.ts'
import { type Operation, operation } from './operation.ts'
import { page, pageOf, pageQuery, readCursor } from './page.ts'

interface ContactOptions {
  relay: Pick<Relay, 'changeContact' | 'merge' | 'unmerge'>
  store: Store
  doors: Doors
}

const tag = 'contacts'
const params = z.object({
  id: z
    .string()
    .max(64)
    .meta({ description: "The contact's id", examples: ['c_2mKqH7vXb9yTzR4nP0sJfw'] }),
})

export function contactOperations({ relay, store, doors }: ContactOptions): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/v1/contacts',
      access: 'actor',
      id: 'listContacts',
      tag,
      summary: 'People who have written',
      query: z.object({
        site: z.string().max(64).optional().meta({ description: 'Key or id of one site; all of yours when absent' }),
        text: z.string().max(200).optional().meta({ description: 'Words in the name, e-mail or phone' }),
        ...pageQuery,
      }),
      answer: pageOf(contact),
      errors: ['not_found'],
      async handle({ actor, query }) {
        const after = readCursor(z.string(), query.cursor)
        const asked = {
          limit: query.limit + 1,
          ...(after === undefined ? {} : { after }),
          ...(query.text === undefined ? {} : { text: query.text }),
        }
        const lists = await Promise.all(
          doors.sites(actor, query.site).map((site) => store.contacts(site === undefined ? asked : { ...asked, site })),
        )
        const found = lists.length === 1 ? (lists[0] ?? []) : lists.flat().sort((a, b) => (a.id < b.id ? -1 : 1))
        return page(found, query.limit, ({ id }) => id)
      },
    }),
    operation({
      method: 'get',
      path: '/v1/contacts/{id}',
      access: 'actor',
      id: 'getContact',
      tag,
      summary: 'One person: profile, identities on the channels, last visit',
      params,
      answer: contact,
      errors: ['not_found'],
      handle: ({ actor, params }) => doors.contact(actor, params.id),
    }),
    operation({
      method: 'patch',
      path: '/v1/contacts/{id}',
      access: 'actor',
      id: 'updateContact',
      tag,
      summary: 'Changes the given fields; an attribute set to null is removed',
      params,
      body: z
        .strictObject({
          ...profile.shape,
          attributes: attributes.optional().describe('Those to write, by name; null removes one, others stay'),
        })
        .meta({ examples: [{ name: '李雷', attributes: { plan: 'gold', trial: null } }] }),
      answer: contact,
      errors: ['not_found'],
      async handle({ actor, params, body: { attributes, ...profile } }) {
        const { id } = await doors.contact(actor, params.id)
        return relay.changeContact(authorOf(actor), id, {
          profile,
          ...(attributes === undefined ? {} : { attributes }),
        })
      },
    }),
    ...mergeOperations({ relay, doors }),
  ]
}

function mergeOperations({ relay, doors }: Pick<ContactOptions, 'relay' | 'doors'>): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/v1/contacts/{id}/merge',
      access: 'actor',
      id: 'mergeContact',
      tag,
      summary: 'Says that this contact and another one are one person; both keep their conversations',
      params,
      body: z
        .strictObject({ into: z.string().max(64).describe('Id of the other contact, of the same site') })
        .meta({ examples: [{ into: 'c_2mKqH7vXb9yTzR4nP0sJfw' }] }),
      errors: ['not_found', 'conflict'],
      async handle({ actor, params, body }) {
        const { id } = await doors.contact(actor, params.id)
        const { id: into } = await doors.contact(actor, body.into)
        await relay.merge(authorOf(actor), id, into)
      },
    }),
    operation({
      method: 'post',
      path: '/v1/contacts/{id}/unmerge',
      access: 'actor',
      id: 'unmergeContact',
      tag,
      summary: 'Undoes the merge of this contact into another one',
      params,
      errors: ['not_found'],
      async handle({ actor, params }) {
        const { id } = await doors.contact(actor, params.id)
        await relay.unmerge(authorOf(actor), id)
      },
    }),
  ]
}
