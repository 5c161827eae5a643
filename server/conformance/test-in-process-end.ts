import type { ActionInput, Backend, BackendHost, Tools } from '@hutong/core/backend'
import { createScript } from './test-script.ts'
import type { End, Wire } from './wire-bench.ts'

/** The contract itself: a handler in the relay's process. */
export function inProcess(): Wire {
  const script = createScript()
  let host: BackendHost | undefined

  async function handle(
    event: Parameters<Backend['handle']>[0],
    { signal }: Tools,
  ): Promise<readonly ActionInput[] | void> {
    const turn = await script.hear(event)
    switch (turn.do) {
      case 'answer':
        return turn.actions
      case 'later':
        return
      case 'fail':
        throw new Error('the handler broke')
      case 'nonsense':
        return [JSON.parse('{ "kind": "dance" }')]
      case 'hang':
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    }
  }

  return {
    name: 'in-process',
    backend: (name, options) => ({
      name,
      ...options,
      answers: 'later',
      retries: [50, 50, 50],
      open: async (given) => {
        host = given
      },
      handle,
    }),
    async open(): Promise<End> {
      return script.end({
        act: (conversation, request) =>
          host ? host.act(conversation, request) : Promise.reject(new Error('not opened yet')),
        lose: async () => {},
        close: async () => {},
      })
    },
  }
}
