import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { webhookOptions } from './webhook-options.ts'

describe('the settings of a webhook', () => {
  const SECRET = `whsec_${randomBytes(32).toString('base64')}`
  const wrong = (more: object) => webhookOptions.safeParse({ url: 'https://bot.example', secrets: [SECRET], ...more })

  it.each([
    [{ url: 'ftp://bot.example' }, ['url'], 'must be an http(s) URL'],
    [{ url: 'https://me:pass@bot.example' }, ['url'], 'must hold no user name and no password'],
    [{ secrets: ['whsec_c2hvcnQ='] }, ['secrets', 0], 'and is 5'],
    [{ kinds: ['message'] }, ['kinds'], 'is for "hears": "everything" alone'],
    [{ timeoutMs: 30_001 }, ['timeoutMs'], ''],
  ])('are refused with the field and the reason: %#', (more, path, message) => {
    const issue = wrong(more).error?.issues[0]
    expect(issue).toMatchObject({ path, message: expect.stringContaining(message) })
    expect(issue?.message).not.toContain('pass@')
  })

  it('of the page about it are taken once the secrets stand beside them', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/backend-webhook.md'), 'utf8')
    const settings = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const all: Record<string, object>[] = Object.values(settings.backends)
    expect(all).toHaveLength(2)
    for (const { kind, ...one } of all) {
      expect(kind).toBe('webhook')
      expect(wrong(one).error).toBeUndefined()
    }
  })
})
