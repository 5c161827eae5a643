import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePhoneStage } from '@hutong/tencent/fake-phone'
import type { FakePushed } from '@hutong/tencent/fake-pusher'
import type { FakePhoneAction } from '@hutong/tencent/fake-shown'
import type { FakeWeComCustomer, FakeWeComFile } from './customer.ts'

export interface StageParts {
  clock: FakeClock
  media: FakeMediaStore
  /** The name above the conversation. */
  name: string
  customer(person: string): FakeWeComCustomer
}

const PERSON = 'wmHutongFakeCustomer00000001'

/** What the page at `/phone` shows and does: a customer in WeChat, talking to a customer service account. */
export function createStage({ clock, media, name, customer }: StageParts): FakePhoneStage {
  return {
    account: name,
    person: PERSON,
    accept: '',
    follows: false,
    clock,
    state: (person) => ({ following: true, typing: false, shown: customer(person).sees(), bar: [] }),
    act: (person, action) => begun(act(customer(person), action)),
    send: (person, file) => begun(sendFile(customer(person), file)),
    medium: media.get,
  }
}

/**
 * The page goes on once the phone let it, and does not wait for the company. What the phone refuses is refused within the same turn,
 * as all of it happens before the callback is sent.
 */
async function begun(doing: Promise<FakePushed>): Promise<void> {
  await Promise.race([doing, new Promise((resolve) => setImmediate(resolve))])
}

async function act(customer: FakeWeComCustomer, action: FakePhoneAction): Promise<FakePushed> {
  switch (action.do) {
    case 'say':
      return customer.say(action.text)
    case 'scan':
      return customer.enter({ url: action.text })
    case 'pick':
      return customer.pick(action.id)
    case 'location':
      return customer.location({ latitude: action.latitude, longitude: action.longitude, name: action.name })
    case 'follow':
    case 'unfollow':
    case 'press':
      throw new Error('customer service accounts are not followed and have no bar')
  }
}

function sendFile(customer: FakeWeComCustomer, file: FakeWeComFile): Promise<FakePushed> {
  if (/\.(png|jpe?g|gif)$/i.test(file.name)) return customer.image(file)
  if (/\.amr$/i.test(file.name)) return customer.voice(file)
  return /\.mp4$/i.test(file.name) ? customer.video(file) : customer.file(file)
}
