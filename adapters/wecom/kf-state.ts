import { HutongError } from '@hutong/core/errors'
import { platformCode } from '@hutong/tencent/api'
import type { KfCalls } from './kf-calls.ts'
import type { KfPlace } from './kf-codec.ts'
import type { KfMessage } from './kf-messages.ts'

/** Who has a session (https://developer.work.weixin.qq.com/document/path/94669). The API answers in the first two states alone. */
export const KF_STATES = { fresh: 0, robot: 1, pool: 2, person: 3, over: 4 } as const

const WRONG_STATE = 95018

type Calls = Pick<KfCalls, 'send' | 'serviceState' | 'takeSession'>

/** Sends, and once more after having taken a session that is nobody's yet. */
export async function sendInState(
  calls: Calls,
  one: { place: KfPlace; id: string; message: KfMessage },
): Promise<void> {
  const { place, id, message } = one
  try {
    await calls.send(place, id, message)
  } catch (thrown) {
    if (platformCode(thrown) !== WRONG_STATE) throw thrown
    await takeSession(calls, place, thrown)
    await calls.send(place, id, message)
  }
}

/** The platform moves no session back from a person or the pool to the API, and none that is over. */
async function takeSession(calls: Calls, place: KfPlace, cause: unknown): Promise<void> {
  const { state, servicer } = await calls.serviceState(place)
  const why = whyNot(state, servicer)
  if (why !== undefined) throw new HutongError('window_closed', why, { cause })
  if (state === KF_STATES.fresh) await calls.takeSession(place)
}

function whyNot(state: number, servicer: string): string | undefined {
  switch (state) {
    case KF_STATES.pool:
      return 'the customer waits in the pool of 微信客服: somebody must take the session in WeCom and answer there'
    case KF_STATES.person:
      return `${servicer || 'somebody'} has the session in WeCom: answer there, or end the session there first`
    case KF_STATES.over:
      return 'the session is over: WeChat takes an answer when the customer writes again'
    default:
      return undefined
  }
}
