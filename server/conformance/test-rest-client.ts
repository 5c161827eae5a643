import type { ActRequestInput, ActResult } from '@hutong/core/backend'
import type { WireError } from '@hutong/core/errors'
import type { Stage } from './stage.ts'

/** What a backend outside the process does by HTTP. Refusals are thrown as they came. */
export async function actByRest(
  { url, token }: Pick<Stage, 'url' | 'token'>,
  conversation: string,
  request: ActRequestInput,
): Promise<ActResult> {
  const response = await fetch(`${url}/v1/conversations/${conversation}/actions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const body = (await response.json()) as ActResult | { error: WireError }
  if ('error' in body) throw body.error
  return body
}
