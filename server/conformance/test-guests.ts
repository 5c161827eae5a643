import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@hutong/core/backend'
import { createFlowBackend } from '../backends/flow/flow.ts'
import { flowOptions } from '../backends/flow/flow-options.ts'
import { createKeywordBackend } from '../backends/keyword.ts'
import { createKnowledgeBackend } from '../backends/knowledge/knowledge.ts'
import { createOpenaiBackend } from '../backends/openai/openai.ts'
import { openTestEndpoint } from '../backends/openai/test-endpoint.ts'
import { createRasaBackend } from '../backends/rasa/rasa.ts'
import { createFakeRasa } from '../backends/rasa/test-rasa.ts'
import { GUEST } from './manners-bench.ts'
import type { Stage } from './stage.ts'
import { inProcess } from './test-in-process-end.ts'
import { pull } from './test-pull-end.ts'
import { push } from './test-push-end.ts'
import { socket } from './test-socket-end.ts'
import type { End, Wire } from './wire-bench.ts'

/** A backend that ships, with whatever stands behind it. */
export interface Guest {
  backend(): Backend
  /** What it answers, where that is not `QUESTION`. */
  ask?: string
  /** The stage is there: what comes to it by itself may come. */
  arrive?(stage: Stage): Promise<void>
  close(): Promise<void>
}

export const QUESTION = 'Where is my parcel?'
const ANSWER = 'It is on its way.'
const WITHIN = 10_000
const CALLBACK_TOKEN = 'a-token-that-is-only-used-in-tests'

export const guests: Readonly<Record<string, () => Promise<Guest>>> = {
  keyword: async () => ({
    backend: () =>
      createKeywordBackend(GUEST, { answers: [{ any: ['parcel'], parts: [{ kind: 'text', text: ANSWER }] }] }),
    async close() {},
  }),
  flow: async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/backend-flow.md'), 'utf8')
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '').backends.flow
    return { backend: () => createFlowBackend(GUEST, flowOptions.parse(example)), ask: 'menu', async close() {} }
  },
  knowledge: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hutong-guest-'))
    const seed = join(folder, 'articles.csv')
    await writeFile(seed, `id,question,answer\nparcel,${QUESTION},${ANSWER}\npay,How can I pay?,By card.\n`)
    return { backend: () => createKnowledgeBackend(GUEST, { seed }), close: () => rm(folder, { recursive: true }) }
  },
  openai: async () => {
    const endpoint = await openTestEndpoint()
    return {
      backend: () =>
        createOpenaiBackend(GUEST, {
          baseUrl: endpoint.baseUrl,
          apiKey: 'sk-test-key',
          model: 'test',
          answerWithin: WITHIN,
        }),
      close: () => endpoint.close(),
    }
  },
  'rasa by rest': async () => {
    const rasa = await createFakeRasa()
    rasa.script(QUESTION, { says: [{ text: ANSWER }] })
    return {
      backend: () => createRasaBackend(GUEST, { url: rasa.url, answerWithin: WITHIN }),
      close: () => rasa.close(),
    }
  },
  'rasa by callback': async () => {
    const rasa = await createFakeRasa({ credentials: {} })
    rasa.script(QUESTION, { says: [{ text: ANSWER }] })
    return {
      backend: () =>
        createRasaBackend(GUEST, {
          url: rasa.url,
          channel: 'callback',
          callbackToken: CALLBACK_TOKEN,
          answerWithin: WITHIN,
        }),
      async arrive({ url }) {
        rasa.credentials.callback = { url: `${url}/backends/${GUEST}/callback`, token: CALLBACK_TOKEN }
      },
      close: () => rasa.close(),
    }
  },
  'in process': async () => ended(inProcess()),
  webhook: async () => ended(await push()),
  pull: async () => ended(pull()),
  socket: async () => ended(socket()),
}

/** At their other ends stand programs that hear messages alone: they have to be first in a chain. */
export const FIRST: readonly string[] = ['in process', 'webhook', 'pull', 'socket']

/** The other end of a wire, that says what it heard. */
function ended(wire: Wire): Guest {
  let end: End | undefined
  return {
    backend: () => wire.backend(GUEST, { answerWithin: WITHIN }),
    async arrive(stage) {
      end = await wire.open(stage)
    },
    close: async () => end?.close(),
  }
}
