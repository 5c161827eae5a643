import { expect, it } from 'vitest'
import { type ConfigInput, parseConfig } from './config.ts'
import { unroutable } from './contradictions.ts'

const withFloor = (floor: NonNullable<ConfigInput['sites']>[number]['floor'], routing = ['faq', 'desk']) =>
  parseConfig({ mode: 'development', sites: [{ key: 'shop', name: 'Shop', routing, floor }] })

it('tells customers who wait, and gives nobody back, unless a site says otherwise', () => {
  const [site] = withFloor(undefined).sites
  expect(site?.floor).toEqual({ tellWaiting: true, says: {} })
})

it('says which setting cannot work', () => {
  expect(() => withFloor({ backTo: 'faq' })).toThrow('sites.0.floor: backTo needs backToBotAfterMs')
  expect(() => withFloor({ backToBotAfterMs: 60_000 }, ['desk'])).toThrow('needs a backend in routing')
  expect(() => withFloor({ unansweredMs: 5 })).toThrow('sites.0.floor.unansweredMs')
  expect(() => withFloor({ says: { en: { nobody: '' } } })).toThrow('sites.0.floor.says.en.nobody')
})

it('finds a backend that is to get the floor back and is not there', () => {
  const config = withFloor({ backToBotAfterMs: 60_000, backTo: 'fqa' })
  expect(unroutable(config, ['faq'])).toMatchObject([{ message: expect.stringContaining('there is no backend "fqa"') }])
})
