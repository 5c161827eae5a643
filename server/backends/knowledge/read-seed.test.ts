import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../../config.ts'
import { doctorBackends } from '../../doctor-backends.ts'
import { createKnowledgeBackend } from './knowledge.ts'

let data = ''
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'hutong-seed-'))
})
afterEach(() => rm(data, { recursive: true }))

type Host = Parameters<NonNullable<ReturnType<typeof createKnowledgeBackend>['open']>>[0]

/** Starts a knowledge backend on the folder and stops it; what it warned of, and what it knows. */
async function started(seed: string) {
  const folder = join(data, 'backends', 'knowledge')
  await mkdir(folder, { recursive: true })
  const warned: string[] = []
  const backend = createKnowledgeBackend('knowledge', { seed })
  const logger = { debug() {}, info() {}, error() {}, warn: (about: object) => warned.push(JSON.stringify(about)) }
  await backend.open?.({ folder: async () => folder, clock: { now: Date.now }, logger } as unknown as Host)
  const answers = backend.base?.articles.list().map(({ answer }) => answer)
  await backend.close?.()
  return { warned, answers }
}

async function remedies(seed: string) {
  const settings = parseConfig({ mode: 'development', data, backends: { knowledge: { seed } } })
  const found: string[] = []
  for await (const { remedy } of doctorBackends(settings)) found.push(remedy ?? '')
  return found
}

describe('a seed that is edited after the first start', () => {
  it('changes no article, and the log and the doctor say how it is taken over', async () => {
    const seed = join(data, 'faq.csv')
    await writeFile(seed, 'question,answer\nWhere are you?,In Bremen.\n')
    expect(await started(seed)).toEqual({ warned: [], answers: ['In Bremen.'] })
    expect(await started(seed)).toEqual({ warned: [], answers: ['In Bremen.'] })
    expect(await remedies(seed)).toEqual([])
    await writeFile(seed, 'question,answer\nWhere are you?,In Berlin.\n')
    const says = expect.stringContaining(`hutong knowledge import ${seed} --backend knowledge --state published`)
    expect(await started(seed)).toEqual({ warned: [says], answers: ['In Bremen.'] })
    expect(await remedies(seed)).toEqual([says])
  })

  it('is the same however often its folder is looked through, and another with a further page', async () => {
    const seed = join(data, 'faq')
    await mkdir(seed)
    await writeFile(join(seed, 'a.md'), '# Where are you?\n\nIn Bremen.\n')
    await started(seed)
    expect((await started(seed)).warned).toEqual([])
    await writeFile(join(seed, 'b.md'), '# Who are you?\n\nAnn.\n')
    expect((await started(seed)).warned).toHaveLength(1)
  })

  it('says what of it was left out', async () => {
    const seed = join(data, 'faq.csv')
    await writeFile(seed, 'question,answer,Owner\nWhere are you?,In Bremen.,Ann\n')
    expect((await started(seed)).warned).toEqual([expect.stringMatching(/Owner.*: this column was left out/)])
  })
})
