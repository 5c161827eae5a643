import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { createFakeFaults, type FakeFaults } from './fake-faults.ts'
import { type FakeServer, readUpload, startFakeServer } from './fake-server.ts'

const open: FakeServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function start(): Promise<{ server: FakeServer; faults: FakeFaults; done: string[] }> {
  const faults = createFakeFaults()
  const done: string[] = []
  const server = await startFakeServer({
    faults,
    async answer(asked) {
      if (asked.path === '/upload') return { body: { json: { file: (await readUpload(asked, 'media'))?.name ?? '' } } }
      if (asked.path !== '/do') return undefined
      done.push(asked.path)
      return { body: { json: { errcode: 0, errmsg: 'ok' } } }
    },
  })
  open.push(server)
  return { server, faults, done }
}

const ask = (server: FakeServer, signal?: AbortSignal) =>
  fetch(`${server.url}/do?access_token=hidden&n=1`, {
    method: 'POST',
    body: JSON.stringify({ secret: 'hidden', text: 'hello' }),
    ...(signal === undefined ? {} : { signal }),
  })

test('what was asked is kept without tokens and secrets', async () => {
  const { server } = await start()
  expect(await (await ask(server)).json()).toEqual({ errcode: 0, errmsg: 'ok' })
  expect(server.calls).toEqual([
    { method: 'POST', path: '/do', query: { n: '1' }, json: { text: 'hello' }, errcode: 0 },
  ])
})

test('a script of faults says what is done and what is answered', async () => {
  const { server, faults, done } = await start()
  faults.next('/do', '5xx')
  faults.next('/do', { errcode: 45009, errmsg: 'reach max api daily quota limit' }, 2)
  faults.next('/do', 'reset')
  expect((await ask(server)).status).toBe(502)
  for (let time = 0; time < 2; time += 1) expect(await (await ask(server)).json()).toMatchObject({ errcode: 45009 })
  await expect(ask(server)).rejects.toThrow()
  expect(done).toEqual([])
  faults.next('/do', 'reset-after-accept')
  await expect(ask(server)).rejects.toThrow()
  faults.next('/do', 'timeout-after-accept')
  await expect(ask(server, AbortSignal.timeout(200))).rejects.toThrow()
  faults.next('/do', 'nonsense')
  expect(await (await ask(server)).text()).toContain('502')
  expect(done).toHaveLength(3)
  expect((await ask(server)).status).toBe(200)
})

test('an upload is read by the name of its field, in any language', async () => {
  const { server } = await start()
  const form = new FormData()
  form.set('media', new File(['x'], '照片.png'))
  const answered = await fetch(`${server.url}/upload`, { method: 'POST', body: form })
  expect(await answered.json()).toEqual({ file: '照片.png' })
})

test('pages of other sites and foreign names for this machine are turned away', async () => {
  const { server } = await start()
  expect((await fetch(`${server.url}/do`, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
  const status = await new Promise((resolve) => {
    request(`${server.url}/do`, { headers: { host: 'rebound.example' } }, (answer) => resolve(answer.statusCode)).end()
  })
  expect(status).toBe(403)
})
