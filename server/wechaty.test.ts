import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ConfigInput, parseConfig, redacted } from './config.ts'
import { configuredChannels } from './configured-channels.ts'
import { createLoginPicture } from './login-picture.ts'

const BOT = {
  ...{ kind: 'wechaty' as const, id: 'bot', site: 'shop', puppet: 'wechaty-puppet-service' },
  ...{ puppetOptions: { token: 'puppet_secret' }, acceptRisk: true as const },
}

function configOf(channel: object) {
  return parseConfig({
    secret: 'a secret that is long enough for everything',
    sites: [{ key: 'shop', name: 'Shop' }],
    channels: [channel] as NonNullable<ConfigInput['channels']>,
  })
}

describe('a Wechaty bot in the settings', () => {
  test('is a channel of the relay, and its puppet’s token is shown to nobody', async () => {
    const config = configOf(BOT)
    const ground = { store: { agents: async () => [] }, clock: { now: Date.now } }
    const [adapter] = await configuredChannels(config, ground)
    expect(adapter).toMatchObject({ channel: 'bot', capabilities: { idempotentSend: 'none' } })
    expect(JSON.stringify(redacted(config))).not.toContain('puppet_secret')
  })

  test('is refused until the operator accepts that WeChat may ban the account', () => {
    expect(() => configOf({ ...BOT, acceptRisk: false })).toThrow(/channels\.0\.acceptRisk: must be true: .*wecom-kf/)
    expect(() => configOf({ ...BOT, puppet: '../evil' })).toThrow(/channels\.0\.puppet/)
  })

  test('costs a relay that has none of it nothing: Wechaty is not loaded', () => {
    const script = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ load(url, context, next) { seen.push(url); return next(url, context) } })
      await import('./serve.ts')
      console.log(JSON.stringify(seen.filter((url) => /adapters\\/wechaty\\/|node_modules.*(wechaty|file-box)/.test(url))))
      process.exit(0)`
    const options = { cwd: import.meta.dirname, encoding: 'utf8' as const }
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], options)
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual([])
  })

  test('shows its QR code as a picture that only the owner of the relay’s data can open, while it is of use', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hutong-login-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'data', 'bot-login.png')
    const show = createLoginPicture(path)
    expect(await show('https://login.weixin.qq.com/l/abc')).toBe(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await show(undefined)).toBeUndefined()
    expect(existsSync(path)).toBe(false)
  })
})
