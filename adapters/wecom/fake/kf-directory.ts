import { z } from 'zod'
import { accountOf } from './kf-send.ts'
import type { KfAccount, KfSessions } from './kf-sessions.ts'
import { OK } from './refusals.ts'
import { shapeRefusal } from './shapes.ts'

/** Accounts, those who answer, links and customers, as the API lists and changes them. */
export interface KfDirectory {
  accounts(json: unknown): object
  servicers(openKfId: string | null): object
  addServicers(json: unknown): object
  removeServicers(json: unknown): object
  /** `add_contact_way` (https://developer.work.weixin.qq.com/document/path/94665). */
  addLink(json: unknown): object
  customers(json: unknown): object
  /** What a link to an account says: the account and the scene. Undefined for a link that is none of ours. */
  readLink(url: string): { account: KfAccount; scene: string; sceneParam: string } | undefined
}

const PARAM_BYTES = 128
const listing = z.strictObject({ offset: z.int().min(0).optional(), limit: z.int().min(1).max(100).optional() })
const staff = z.strictObject({
  open_kfid: z.string(),
  userid_list: z.array(z.string()).max(100).optional(),
  department_id_list: z.array(z.int()).max(20).optional(),
})
const link = z.strictObject({
  open_kfid: z.string(),
  scene: z
    .string()
    .regex(/^[0-9A-Za-z_-]{0,32}$/)
    .optional(),
})
const batch = z.strictObject({
  external_userid_list: z.array(z.string()).min(1).max(100),
  need_enter_session_context: z.literal([0, 1]).optional(),
})

export function createKfDirectory(sessions: KfSessions, origin: () => string): KfDirectory {
  const scenes = new Map<string, { account: KfAccount; scene: string }>()

  /** Which codes stand for which scene; one for each scene of an account. */
  function codeOf(account: KfAccount, scene: string): string {
    const known = [...scenes].find(([, one]) => one.account === account && one.scene === scene)?.[0]
    const code = known ?? `ENC${crypto.randomUUID().replaceAll('-', '').slice(0, 13)}`
    scenes.set(code, { account, scene })
    return code
  }

  function staffed(json: unknown, change: (account: KfAccount, userid: string) => boolean): object {
    const read = staff.safeParse(json)
    if (!read.success) return shapeRefusal('', read.error)
    const account = accountOf(sessions, read.data.open_kfid)
    if ('errcode' in account) return account
    const list = (read.data.userid_list ?? []).map((userid) => {
      return { userid, errcode: 0, errmsg: change(account, userid) ? 'success' : 'ignored' }
    })
    return { ...OK, result_list: list }
  }

  function customer(id: string, withContext: boolean): object[] {
    const known = sessions.known(id)
    if (known === undefined) return []
    const came = sessions.accounts.map((account) => sessions.between(account, known).cameBy).find(Boolean)
    const { nickname, unionid } = known
    return [
      {
        external_userid: id,
        nickname,
        avatar: '',
        gender: 0,
        ...(unionid === undefined ? {} : { unionid }),
        ...(withContext && came !== undefined
          ? { enter_session_context: { scene: came.scene, scene_param: came.sceneParam } }
          : {}),
      },
    ]
  }

  return {
    accounts(json) {
      const read = listing.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const { offset = 0, limit = 100 } = read.data
      const list = sessions.accounts.slice(offset, offset + limit).map(({ openKfId, name }) => {
        return { open_kfid: openKfId, name, avatar: '', manage_privilege: true }
      })
      return { ...OK, account_list: list }
    },
    servicers(openKfId) {
      const account = accountOf(sessions, openKfId ?? '')
      if ('errcode' in account) return account
      return { ...OK, servicer_list: [...account.servicers].map(([userid, status]) => ({ userid, status })) }
    },
    addServicers: (json) =>
      staffed(json, ({ servicers }, userid) => {
        if (servicers.has(userid)) return false
        servicers.set(userid, 0)
        return true
      }),
    removeServicers: (json) => staffed(json, ({ servicers }, userid) => servicers.delete(userid)),
    addLink(json) {
      const read = link.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const account = accountOf(sessions, read.data.open_kfid)
      if ('errcode' in account) return account
      const { scene = '' } = read.data
      const query = scene === '' ? '' : `?enc_scene=${codeOf(account, scene)}`
      return { ...OK, url: `${origin()}/kf/${account.linkId}${query}` }
    },
    customers(json) {
      const read = batch.safeParse(json)
      if (!read.success) return shapeRefusal('', read.error)
      const ids = read.data.external_userid_list
      const list = ids.flatMap((id) => customer(id, read.data.need_enter_session_context === 1))
      return {
        ...OK,
        customer_list: list,
        invalid_external_userid: ids.filter((id) => sessions.known(id) === undefined),
      }
    },
    readLink(url) {
      const parsed = URL.parse(url, origin())
      const account = sessions.accounts.find(({ linkId }) => parsed?.pathname === `/kf/${linkId}`)
      if (parsed === null || account === undefined) return undefined
      const known = scenes.get(parsed.searchParams.get('enc_scene') ?? '')
      const scene = known?.account === account ? known.scene : ''
      const param = parsed.searchParams.get('scene_param') ?? ''
      // A link without a scene takes no parameter, and one that is too long is dropped.
      const fits = scene !== '' && Buffer.byteLength(encodeURIComponent(param)) <= PARAM_BYTES
      return { account, scene, sceneParam: fits ? param : '' }
    },
  }
}
