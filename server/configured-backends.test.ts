import { describe, expect, it } from 'vitest'
import { backendMistakes } from './configured-backends.ts'

const hash = 'a'.repeat(64)
const webhook = { kind: 'webhook', url: 'https://bot.example/hook', secrets: [`whsec_${'A'.repeat(32)}`] }

function mistakes(kind: string, { sites, backTo }: { sites?: string[]; backTo?: string } = {}) {
  const config = {
    sites: [
      { key: 'a', name: 'A', routing: ['bot', 'desk'] },
      { key: 'b', name: 'B', routing: ['desk'], floor: { ...(backTo && { backTo }) } },
    ],
    backends: { bot: kind === 'webhook' ? webhook : { kind } },
    tokens: [{ name: 'bot', hash, role: 'backend' as const, ...(sites && { sites }) }],
  }
  return backendMistakes(config as Parameters<typeof backendMistakes>[0], [])
}

describe('a backend whose token may not enter a site that leads to it', () => {
  it.each(['socket', 'pull', 'webhook'])('is a mistake that says what to do: %s', (kind) => {
    expect(mistakes(kind, { sites: ['b'] })).toEqual([
      {
        path: ['tokens', 0, 'sites'],
        message: expect.stringMatching(/^the routing of site "a" leads to "bot", .* add "a", or take/),
      },
    ])
  })

  it('is one too where the floor goes back to it', () => {
    expect(mistakes('socket', { sites: ['a'], backTo: 'bot' })).toHaveLength(1)
  })

  it('is none where the token may enter it, or any site', () => {
    expect([...mistakes('socket', { sites: ['a'] }), ...mistakes('socket')]).toEqual([])
  })
})
