import { createKnowledgeBackend } from '../backends/knowledge/knowledge.ts'
import { textBody } from '../test-relay.ts'
import { type Asking, openStand, PASSWORD, type Stand } from '../test-stand.ts'
import type { Operation } from './operation.ts'

/** A stand in which there is something for every operation to be asked of. */
export interface ReadyStand {
  stand: Stand
  /** With a letter in it that was kept as it came, and two deliveries that were given up. */
  conversation: string
  contact: string
  /** A request that would succeed with the right credentials. */
  valid(operation: Operation): [path: string, asking: Asking]
}

export async function openReadyStand(): Promise<ReadyStand> {
  const faq = createKnowledgeBackend('faq_shop', {})
  const stand = await openStand({ backends: [{ name: 'shop', handle: async () => {} }, faq] })
  for (const id of ['pay', 'spare']) faq.base?.articles.put({ id, question: `${id}?`, answer: 'Yes.' }, { by: 'test' })
  faq.base?.articles.setState('pay', 'review', { by: 'test' })
  const body = textBody('hello')
  const letter = { from: { address: 'visitor' }, site: 'shop', key: 'first', body, raw: 'Subject: hello\n\nhello' }
  const { conversation } = await stand.relay.receive('letters', letter)
  const contactOf = async (id: string) => (await stand.store.conversation(id))?.contact ?? ''
  const contact = await contactOf(conversation)
  const another = await contactOf((await stand.write('hello', { address: 'another' })).conversation)
  await giveUp(stand, conversation, 'one')
  await giveUp(stand, conversation, 'two')
  return { stand, conversation, contact, valid: (one) => valid(one, { conversation, contact, another }) }
}

/** A delivery of the first message that no try could make. */
async function giveUp({ store }: Stand, conversation: string, key: string): Promise<void> {
  const note = {
    from: { kind: 'system' as const, id: 'relay' },
    body: { kind: 'note' as const, text: 'not delivered' },
  }
  const delivery = { lane: 'channel:letters', target: 'channel:letters', entry: { seq: 1 }, address: 'visitor' }
  const decide = () => ({ entries: [note], deliveries: [delivery] })
  await store.commit([{ to: { conversation }, key, at: Date.now(), decide }])
  const [claimed] = await store.claim({ owner: 'test', now: Date.now(), leaseMs: 1_000, limit: 1 })
  await store.settle(claimed?.id ?? 0, 'test', { state: 'dead', error: 'gone: no such address' })
}

interface There {
  conversation: string
  contact: string
  another: string
}

function valid({ method, path, id }: Operation, { conversation, contact, another }: There): [string, Asking] {
  const bodies: Record<string, unknown> = {
    signIn: { email: 'anna@shop.example', password: PASSWORD },
    act: { key: 'k1', actions: [{ kind: 'note', text: 'hi' }] },
    raiseCursor: { delivered: 1, read: 1 },
    updateContact: { name: 'Ms Li' },
    replayDeliveries: { ids: [1] },
    mergeContact: { into: another },
    sendTranscript: { key: 'k2' },
    invite: { channel: 'letters' },
    notifyAgent: { key: 'k3', agent: 'a_anna' },
    putArticle: { question: 'pay?', answer: 'Yes.' },
    setArticleState: { state: 'published' },
    matchQuestion: { question: 'pay?' },
  }
  const filled = path
    .replace('{id}', path.startsWith('/v1/contacts') ? contact : conversation)
    .replace('{seq}', '1')
    .replace('{channel}', 'letters')
    .replace('{name}', 'shop')
    .replace('{mail}', 'm_poison')
    .replace('{backend}', 'faq_shop')
    .replace('{article}', id === 'removeArticle' ? 'spare' : 'pay')
  const asking: Asking = {
    method: method.toUpperCase(),
    ...(id in bodies ? { json: bodies[id] } : {}),
    ...(id === 'uploadFile' ? { body: 'text' } : {}),
    ...(id === 'importArticles' ? { body: 'question,answer\nOpen?,Yes.\n' } : {}),
  }
  if (id === 'importArticles') return [`${filled}?name=faq.csv`, asking]
  return [id === 'uploadFile' ? `${filled}?conversation=${conversation}&name=a.txt` : filled, asking]
}
