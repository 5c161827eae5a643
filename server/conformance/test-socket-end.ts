import type { ActResult } from '@hutong/core/backend'
import type { WireError } from '@hutong/core/errors'
import type { BackendPushes, BackendRequests } from '@hutong/core/wire'
import { io, type Socket } from 'socket.io-client'
import { createSocketBackend } from '../backends/socket.ts'
import type { Stage } from './stage.ts'
import { createScript } from './test-script.ts'
import type { End, Wire } from './wire-bench.ts'

/** A program that holds a socket to the relay open. */
export function socket(): Wire {
  const script = createScript()

  return {
    name: 'socket',
    backend: (name, { answerWithin }) => createSocketBackend(name, { answerWithin }),
    async open({ url, token }: Stage): Promise<End> {
      const client: Socket<BackendPushes, BackendRequests> = io(`${url}/backend`, {
        auth: { token, credit: 64, feed: false },
        transports: ['websocket'],
        forceNew: true,
        reconnectionDelay: 20,
        reconnectionDelayMax: 100,
      })
      client.on('event', async ({ event }, ack) => {
        const turn = await script.hear(event)
        if (turn.do === 'answer') ack({ actions: [...turn.actions] })
        else if (turn.do === 'later') ack({ later: true })
        else if (turn.do === 'fail') ack({ error: { message: 'the program broke' } })
        else if (turn.do === 'nonsense') ack(JSON.parse('{ "actions": [{ "kind": "dance" }] }'))
      })
      await connected(client)

      return script.end({
        async act(conversation, request) {
          const answer: ActResult | { error: WireError } = await client
            .timeout(5_000)
            .emitWithAck('act', { conversation, request })
          if ('error' in answer) throw answer.error
          return answer
        },
        async lose() {
          client.disconnect()
          client.connect()
          await connected(client)
        },
        async close() {
          client.disconnect()
        },
      })
    },
  }
}

function connected(client: Socket<BackendPushes, BackendRequests>): Promise<void> {
  return new Promise((resolve) => client.once('ready', () => resolve()))
}
