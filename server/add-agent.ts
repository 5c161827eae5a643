import { join } from 'node:path'
import { HutongError } from '@hutong/core/errors'
import { newId, randomText } from '@hutong/core/ids'
import { hashPassword } from './auth.ts'
import { makeDataFolder } from './data-folder.ts'
import { createSqliteStore } from './stores/sqlite.ts'

export const PASSWORD_MIN = 10

export interface NewAgent {
  email: string
  name: string
  /** One is made when absent. */
  password?: string
}

/**
 * Adds a person to the desk of the relay with this data folder, which may be running. Resolves with the password; rejects
 * with `invalid` for one that is too short or no e-mail address, with `conflict` when the address is taken.
 */
export async function addAgent(data: string, agent: NewAgent): Promise<{ id: string; password: string }> {
  const { email, name, password = randomText(12) } = agent
  if (!/^\S+@\S+$/.test(email)) throw new HutongError('invalid', `"${email}" is no e-mail address`, { field: 'email' })
  if (password.length < PASSWORD_MIN)
    throw new HutongError('invalid', `the password must have at least ${PASSWORD_MIN} characters`, {
      field: 'password',
    })
  await makeDataFolder(data)
  const store = createSqliteStore({ path: join(data, 'hutong.sqlite') })
  try {
    await store.migrate()
    if (await store.agentByEmail(email))
      throw new HutongError('conflict', `there is an agent with the address ${email} already`, { field: 'email' })
    const id = newId('a')
    await store.createAgent({ id, email, name, password: await hashPassword(password), createdAt: Date.now() })
    return { id, password }
  } finally {
    await store.close()
  }
}
