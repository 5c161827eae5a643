import type { Clock } from '@hutong/core/adapter'
import { describe, expect, test } from 'vitest'
import { createEnvelope } from './envelope.ts'
import { createFakeEnvelope } from './fake-envelope.ts'
import { parseJson } from './json.ts'
import { parseXml } from './xml.ts'

/** Values that were published, each with its source. */
const bytes = (text: string) => new TextEncoder().encode(text)
const at = (seconds: number): Clock => ({ now: () => seconds * 1000 })
const fixed = (text: string) => () => Buffer.from(text)
const sealed = (encrypted: string) =>
  `<xml><ToUserName><![CDATA[to]]></ToUserName>\n<Encrypt><![CDATA[${encrypted}]]></Encrypt>\n</xml>`

// https://developers.weixin.qq.com/doc/service/guide/dev/push/encryption.html
describe('the examples of the WeChat documentation', () => {
  const account = { token: 'AAAAA', receiveIds: ['wxba5fad812f8e6fb9'] }
  const safe = { ...account, encodingAesKeys: ['A'.repeat(43)] }
  const push = JSON.stringify({
    ToUserName: 'gh_97417a04a28d',
    Encrypt:
      '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=',
  })
  const query = new URLSearchParams({
    signature: '899cf89e464efb63f54ddac96b0a0a235f53aa78',
    timestamp: '1714112445',
    nonce: '415670741',
    openid: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
    encrypt_type: 'aes',
    msg_signature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
  })

  test.each([
    ['plain', account],
    ['encrypted', safe],
  ])('the check of the address is answered, the account being %s', (_, options) => {
    const envelope = createEnvelope({ ...options, clock: at(1714036504) })
    const check =
      'signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249&timestamp=1714036504&nonce=1514711492'
    expect(envelope.echo(new URLSearchParams(check))).toBe('4375120948345356249')
  })

  test('a plain push is opened', () => {
    const envelope = createEnvelope({ ...account, clock: at(1714037059) })
    const signed = 'signature=899cf89e464efb63f54ddac96b0a0a235f53aa78&timestamp=1714037059&nonce=486452656'
    const body = '{"ToUserName":"gh_97417a04a28d","MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
    expect(envelope.open(new URLSearchParams(signed), bytes(body))).toMatchObject({
      format: 'json',
      raw: body,
      payload: { debug_str: 'hello world' },
    })
  })

  test('an encrypted push is opened', () => {
    const { raw, payload } = createEnvelope({ ...safe, clock: at(1714112445) }).open(query, bytes(push))
    expect(raw).toHaveLength(167)
    expect(payload).toEqual({
      ToUserName: 'gh_97417a04a28d',
      FromUserName: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
      CreateTime: 1714112445,
      MsgType: 'event',
      Event: 'debug_demo',
      debug_str: 'hello world',
    })
  })

  test('a reply is sealed', () => {
    let now = 1714112445
    const clock = { now: () => now * 1000 }
    const envelope = createEnvelope({ ...safe, clock, random: fixed('707722b803182950') })
    const opened = envelope.open(query, bytes(push))
    now = 1713424427
    expect(parseJson(envelope.seal('{"demo_resp":"good luck"}', opened))).toEqual({
      Encrypt: 'ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==',
      MsgSignature: '1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1',
      TimeStamp: 1713424427,
      Nonce: '415670741',
    })
  })
})

// https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/message_push.html
describe('the example of the third-party platform documentation', () => {
  const options = { token: 'AAAAA', receiveIds: ['wx134c8103faa5a59e'], encodingAesKeys: ['A'.repeat(43)] }

  test('a push in XML is opened', () => {
    const query =
      'signature=cc0c594499c1634947d5b502f158ee518947db27&timestamp=1715943329&nonce=1590219412&openid=o9AgO5Kd5ggOC-bXrbNODIiE3bGY&encrypt_type=aes&msg_signature=6c12a4205838198b8fa631b3220723bb07f1015c'
    const body = sealed(
      'D7yzvUNAL930rd28wf21s4hvXhz0L6Uit/p2Di6C5DHyYGpEgdBRnKjBec34JwoQXicwaZC7fOVihW80F4VtsdvE//1vr7oAbqjDv8KenVp+ajKYpJnyQ4zMRhIC+a31fCVOMC03FfzV/QuC94kBP55a+Za3sJgvAn+ZbsNqZI5DkyuzkhQN8OBqCzFhizGmy0xpM0MEA4agpvE+RuNO1rhHTtuJB5yltw1FiYzecSXJ+y/D2r81VkRn2eYjh2ltsoyfbDR7Is6ookXIFxTfyeNyeHxMeT4KN5WpCDmSbTcUYrbBUlkGLJ9n/rU8YOywma6G7aTb7KZKOqCxgfoUlYEZPk4FUL/TK7ShriFDMVCLyjQJ15Ob++agDWtcxhfUfe6HIoIpRW8mKNBQiY/Jd1svvuskA1wLef1RTtzKfMpagSCX/laZINmdnX4zrF6kIaR9P4xQrWXbsTFHTYe0Mg==',
    )
    const envelope = createEnvelope({ ...options, clock: at(1715943329) })
    expect(envelope.open(new URLSearchParams(query), bytes(body))).toMatchObject({
      format: 'xml',
      payload: { Event: 'debug_demo', debug_str: 'hello world', CreateTime: '1715943329' },
    })
  })

  test('a reply in XML is sealed', () => {
    const envelope = createEnvelope({ ...options, clock: at(1713424427), random: fixed('999951349e8ee746') })
    const opened = pushed(envelope, { ...options, now: 1713424427, nonce: '415670741', text: '<xml></xml>' })
    expect(parseXml(envelope.seal('<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>', opened))).toEqual({
      Encrypt:
        'hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7',
      MsgSignature: '03e0812039325c2712ef5f0f980fd14c70d6e307',
      TimeStamp: '1713424427',
      Nonce: '415670741',
    })
  })
})

// https://developer.work.weixin.qq.com/document/path/90968
describe('the examples of the WeCom documentation', () => {
  const options = {
    token: 'QDG6eK',
    receiveIds: ['wx5823bf96d3bd56c7'],
    encodingAesKeys: ['jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'],
  }

  test('the check of the address is decrypted', () => {
    const query = new URLSearchParams({
      msg_signature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
      timestamp: '1409659589',
      nonce: '263014780',
      echostr: 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
    })
    expect(createEnvelope({ ...options, clock: at(1409659589) }).echo(query)).toBe('1616140317555161061')
  })

  test('a message is opened, its 64-bit id unharmed', () => {
    const query = 'msg_signature=477715d11cdb4164915debcba66cb864d751f3e6&timestamp=1409659813&nonce=1372623149'
    const body = sealed(
      'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==',
    )
    const { payload } = createEnvelope({ ...options, clock: at(1409659813) }).open(
      new URLSearchParams(query),
      bytes(body),
    )
    expect(payload).toMatchObject({ Content: 'hello', MsgId: '4561255354251345929', AgentID: '218' })
  })
})

// https://github.com/sbzhu/weworkapi_python/blob/master/callback/Sample.py
describe("the values of Tencent's Python sample", () => {
  const options = {
    token: 'hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo',
    receiveIds: ['ww1436e0e65a779aee'],
    encodingAesKeys: ['6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt'],
  }

  test('the check of the address of a company is decrypted', () => {
    const query = new URLSearchParams({
      msg_signature: '012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb',
      timestamp: '1476416373',
      nonce: '47744683',
      echostr: 'fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA==',
    })
    expect(createEnvelope({ ...options, clock: at(1476416373) }).echo(query)).toMatch(/^\d+$/)
  })

  test('a message to a company is opened', () => {
    const query = 'msg_signature=0c3914025cb4b4d68103f6bfc8db550f79dcf48e&timestamp=1476422779&nonce=1597212914'
    const body = sealed(
      'Kl7kjoSf6DMD1zh7rtrHjFaDapSCkaOnwu3bqLc5tAybhhMl9pFeK8NslNPVdMwmBQTNoW4mY7AIjeLvEl3NyeTkAgGzBhzTtRLNshw2AEew+kkYcD+Fq72Kt00fT0WnN87hGrW8SqGc+NcT3mu87Ha3dz1pSDi6GaUA6A0sqfde0VJPQbZ9U+3JWcoD4Z5jaU0y9GSh010wsHF8KZD24YhmZH4ch4Ka7ilEbjbfvhKkNL65HHL0J6EYJIZUC2pFrdkJ7MhmEbU2qARR4iQHE7wy24qy0cRX3Mfp6iELcDNfSsPGjUQVDGxQDCWjayJOpcwocugux082f49HKYg84EpHSGXAyh+/oxwaWbvL6aSDPOYuPDGOCI8jmnKiypE+',
    )
    const { payload } = createEnvelope({ ...options, clock: at(1476422779) }).open(
      new URLSearchParams(query),
      bytes(body),
    )
    expect(payload).toMatchObject({ ToUserName: 'ww1436e0e65a779aee', MsgType: 'text', AgentID: '1000002' })
  })
})

// https://github.com/wechatpy/wechatpy/blob/master/tests/test_crypto.py
describe('the values of wechatpy', () => {
  const options = {
    token: '123456',
    receiveIds: ['wx49f0ab532d5d035a'],
    encodingAesKeys: ['kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR'],
  }
  const check = {
    msg_signature: 'dd6b9c95b495b3f7e2901bfbc76c664930ffdb96',
    timestamp: '1411443780',
    echostr: '4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==',
  }

  test('the check of the address is decrypted when its signature is right, and refused otherwise', () => {
    const envelope = createEnvelope({ ...options, clock: at(1411443780) })
    expect(envelope.echo(new URLSearchParams({ ...check, nonce: '437374425' }))).toMatch(/^\d+$/)
    expect(() => envelope.echo(new URLSearchParams({ ...check, nonce: '437374424' }))).toThrow('signature')
  })

  test('a text for a company is opened', () => {
    const query = 'msg_signature=74d92dfeb87ba7c714f89d98870ae5eb62dff26d&timestamp=1411525903&nonce=461056294'
    const body = sealed(
      'RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283dGymzxh6ydJRvZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/TywZBtDh1yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5noTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0=',
    )
    const { payload } = createEnvelope({ ...options, clock: at(1411525903) }).open(
      new URLSearchParams(query),
      bytes(body),
    )
    expect(payload).toMatchObject({ Content: 'test', FromUserName: 'messense' })
  })

  test('a reply of a company is sealed', () => {
    const envelope = createEnvelope({ ...options, clock: at(1411525903), random: fixed('1234567890123456') })
    const opened = pushed(envelope, { ...options, now: 1411525903, nonce: '461056294', text: '<xml></xml>' })
    const reply = `<xml>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]></Content>\n<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>\n<ToUserName><![CDATA[messense]]></ToUserName>\n<AgentID>1</AgentID>\n<CreateTime>1411525903</CreateTime>\n</xml>`
    expect(parseXml(envelope.seal(reply, opened))).toEqual({
      Encrypt:
        '9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZgURnAtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oyKQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3',
      MsgSignature: '407518b7649e86ef23978113f92d27afa9296533',
      TimeStamp: '1411525903',
      Nonce: '461056294',
    })
  })
})

const pamtest = {
  token: 'pamtest',
  receiveIds: ['wxb11529c136998cb6'],
  encodingAesKeys: ['abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'],
}

// https://github.com/binarywang/WxJava, weixin-java-common/src/test/java/me/chanjar/weixin/common/util/crypto/WxCryptUtilTest.java
describe('the values of WxJava', () => {
  test.each([
    [
      'a Chinese text',
      '我是中文abcd123',
      'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==',
    ],
    [
      'a reply with a video',
      '<xml><ToUserName><![CDATA[oia2Tj我是中文jewbmiOUlr6X-1crbLOvLw]]></ToUserName><FromUserName><![CDATA[gh_7f083739789a]]></FromUserName><CreateTime>1407743423</CreateTime><MsgType><![CDATA[video]]></MsgType><Video><MediaId><![CDATA[eYJ1MbwPRJtOvIEabaxHs7TX2D-HV71s79GUxqdUkjm6Gs2Ed1KF3ulAOA9H1xG0]]></MediaId><Title><![CDATA[testCallBackReplyVideo]]></Title><Description><![CDATA[testCallBackReplyVideo]]></Description></Video></xml>',
      'jn1L23DB+6ELqJ+6bruv23M2GmYfkv0xBh2h+XTBOKVKcgDFHle6gqcZ1cZrk3e1qjPQ1F4RsLWzQRG9udbKWesxlkupqcEcW7ZQweImX9+wLMa0GaUzpkycA8+IamDBxn5loLgZpnS7fVAbExOkK5DYHBmv5tptA9tklE/fTIILHR8HLXa5nQvFb3tYPKAlHF3rtTeayNf0QuM+UW/wM9enGIDIJHF7CLHiDNAYxr+r+OrJCmPQyTy8cVWlu9iSvOHPT/77bZqJucQHQ04sq7KZI27OcqpQNSto2OdHCoTccjggX5Z9Mma0nMJBU+jLKJ38YB1fBIz+vBzsYjrTmFQ44YfeEuZ+xRTQwr92vhA9OxchWVINGC50qE/6lmkwWTwGX9wtQpsJKhP+oS7rvTY8+VdzETdfakjkwQ5/Xka042OlUb1/slTwo4RscuQ+RdxSGvDahxAJ6+EAjLt9d8igHngxIbf6YyqqROxuxqIeIch3CssH/LqRs+iAcILvApYZckqmA7FNERspKA5f8GoJ9sv8xmGvZ9Yrf57cExWtnX8aCMMaBropU/1k+hKP5LVdzbWCG0hGwx/dQudYR/eXp3P0XxjlFiy+9DMlaFExWUZQDajPkdPrEeOwofJb',
    ],
  ])('%s is encrypted', (_, text, encrypted) => {
    const envelope = createEnvelope({ ...pamtest, clock: at(1409304348), random: fixed('aaaabbbbccccdddd') })
    const opened = pushed(envelope, { ...pamtest, now: 1409304348, nonce: 'xxxxxx', text: '<xml></xml>' })
    expect(parseXml(envelope.seal(text, opened)).Encrypt).toBe(encrypted)
  })
})

// https://github.com/w7corp/easywechat/blob/4.x/tests/Kernel/EncryptorTest.php
describe('the values of EasyWeChat', () => {
  const query = 'msg_signature=4f3ad57b6989f09f4eb392acce4f9e93942ed890&timestamp=1458300676&nonce=260774613'
  const body = sealed(
    'rTNFcsut4LfGuAFKEUVVpwcaCOTJzOd9twZdIW910jb3k+iicx2uvhttIZ3Qg9Qgty3BEF2xbOrz6boTfb30dMomcgrkTqdFPwnhqbk+kIQ7rZiwny9D7NUrTgA5kpX3KsZvrXzUZyP2x9YOlxbgm572lmxKvM7HAQQhIQ/p6HBmoY30bGXFK0BtIu1pW9TjhOYrLQoU18nWYjWqDA1ynkmOytpv7QRI1P1+0NoxL0q2zO1DgeSvnE8CZGo/o5Ap/WHK5W2RAsinpzN4/LjPnmB6U01I5XCoJoC0GK/yMZycd2Oh8Nq6+wBkC1U85oy0ktOY4nLvsQMLrourmMGdZHuTbqpeJ8Ao/5PRYJ+WBvRUwPfGKBL2+2IKZF49vAJqkcGWSHGE76ZN2erXeuNazf/o9o3lIE3q739o4c8t9QGPe31GT2Go/rOz1BsrASwvauNulCh+++yz+CQzBIuikA==',
  )

  test('a text for its account is opened', () => {
    const envelope = createEnvelope({ ...pamtest, clock: at(1458300676) })
    expect(envelope.open(new URLSearchParams(query), bytes(body)).payload).toMatchObject({
      ToUserName: 'asdasdasd',
      FromUserName: 'asdasdasdsadasd',
      CreateTime: '1234567898',
      Content: 'hello',
    })
  })

  test('a text for another account is refused', () => {
    const envelope = createEnvelope({ ...pamtest, receiveIds: ['invalid appid'], clock: at(1458300676) })
    expect(() => envelope.open(new URLSearchParams(query), bytes(body))).toThrow('for this account')
  })

  test('a text with a wrong signature is refused', () => {
    const envelope = createEnvelope({ ...pamtest, clock: at(1458300676) })
    const wrong = query.replace(/=[\da-f]{40}/, `=${'0'.repeat(40)}`)
    expect(() => envelope.open(new URLSearchParams(wrong), bytes(body))).toThrow('signature')
  })
})

interface Push {
  token: string
  receiveIds: readonly string[]
  encodingAesKeys: readonly string[]
  now: number
  nonce: string
  text: string
}

/** A push to reply to, made by the fake. */
function pushed(envelope: ReturnType<typeof createEnvelope>, push: Push) {
  const { token, receiveIds, encodingAesKeys, now, nonce, text } = push
  const fake = createFakeEnvelope({ token, encodingAesKey: encodingAesKeys[0], receiveId: receiveIds[0] ?? '' })
  const encrypted = fake.encrypt(text)
  const query = { msg_signature: fake.sign(String(now), nonce, encrypted), timestamp: String(now), nonce }
  return envelope.open(new URLSearchParams(query), bytes(sealed(encrypted)))
}
