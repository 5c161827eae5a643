import type { FakeClock } from '@hutong/tencent/fake-clock'
import type { FakeMediaStore } from '@hutong/tencent/fake-media'
import type { FakePhoneStage } from '@hutong/tencent/fake-phone'
import type { FakePushed } from '@hutong/tencent/fake-pusher'
import type { FakePhoneAction } from '@hutong/tencent/fake-shown'
import type { Bar } from './bar.ts'
import type { People } from './people.ts'
import type { FakeWeChatFile, FakeWeChatPhone } from './phone.ts'

export interface StageParts {
  clock: FakeClock
  people: People
  media: FakeMediaStore
  bar: Bar
  name: string
  phone(openid: string): FakeWeChatPhone
}

const ACCEPT = 'image/png,image/jpeg,image/gif,.amr,.mp3,video/mp4'

/** What the page at `/phone` shows and does. */
export function createStage({ clock, people, media, bar, name, phone }: StageParts): FakePhoneStage {
  return {
    account: name,
    person: 'oHutongFakeCustomer000000001',
    accept: ACCEPT,
    follows: true,
    clock,
    state(openid) {
      const { following, shown, typingUntil } = people.meet(openid)
      return { following: following !== undefined, typing: typingUntil > clock.now(), shown, bar: bar.buttons() }
    },
    act: (openid, action) => begun(act(phone(openid), action)),
    send: (openid, file) => begun(sendFile(phone(openid), file)),
    medium: media.get,
  }
}

/**
 * The page goes on once the phone let it, and does not wait for the account. What the phone refuses is refused within the same turn,
 * as all of it happens before the callback is sent.
 */
async function begun(doing: Promise<FakePushed>): Promise<void> {
  await Promise.race([doing, new Promise((resolve) => setImmediate(resolve))])
}

function act(phone: FakeWeChatPhone, action: FakePhoneAction): Promise<FakePushed> {
  switch (action.do) {
    case 'follow':
      return phone.follow()
    case 'unfollow':
      return phone.unfollow()
    case 'say':
      return phone.say(action.text)
    case 'scan':
      return phone.scan(action.text)
    case 'pick':
      return phone.clickMsgMenu(action.id)
    case 'press':
      return phone.clickMenu(action.key)
    case 'location':
      return phone.location({ latitude: action.latitude, longitude: action.longitude, label: action.name })
  }
}

function sendFile(phone: FakeWeChatPhone, file: FakeWeChatFile): Promise<FakePushed> {
  if (/\.(amr|mp3)$/i.test(file.name)) return phone.voice(file)
  if (/\.mp4$/i.test(file.name)) return phone.video(file)
  if (/\.(png|jpe?g|gif)$/i.test(file.name)) return phone.image(file)
  throw new Error('WeChat sends pictures, voices and videos to accounts, and no other files')
}
