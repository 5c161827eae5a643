import { describe, expect, test } from 'vitest'
import { trimHtml } from './reply-html.ts'
import { trimReply } from './reply-text.ts'

const OLD = '> Is it broken?\n> Please tell us.\n'

describe('the visible reply', () => {
  test.each([
    ['English', 'On Mon, 4 Mar 2024 at 09:12, Shop <s@shop.example> wrote:'],
    ['English, folded', 'On Mon, 4 Mar 2024 at 09:12, A Very Long Name Of A Shop <\ns@shop.example> wrote:'],
    ['German', 'Am 04.03.2024 um 09:12 schrieb Shop <s@shop.example>:'],
    ['French', 'Le lun. 4 mars 2024 à 09:12, Shop <s@shop.example> a écrit :'],
    ['Spanish', 'El lun, 4 mar 2024 a las 9:12, Shop (<s@shop.example>) escribió:'],
    ['Portuguese', 'Em seg., 4 de mar. de 2024 às 09:12, Shop <s@shop.example> escreveu:'],
    ['Italian', 'Il giorno lun 4 mar 2024 alle ore 09:12 Shop <s@shop.example> ha scritto:'],
    ['Dutch', 'Op ma 4 mrt 2024 om 09:12 schreef Shop <s@shop.example>:'],
    ['Swedish', 'Den mån 4 mars 2024 kl 09:12 skrev Shop <s@shop.example>:'],
    ['Polish', 'pon., 4 mar 2024 o 09:12 Shop <s@shop.example> napisał(a):'],
    ['Russian', 'пн, 4 мар. 2024 г. в 09:12, Shop <s@shop.example>:'],
    ['Czech', 'po 4. 3. 2024 v 9:12 odesílatel Shop <s@shop.example> napsal:'],
    ['Turkish', 'Shop <s@shop.example>, 4 Mar 2024 Pzt, 09:12 tarihinde şunu yazdı:'],
    ['Japanese', '2024年3月4日(月) 9:12 Shop <s@shop.example>:'],
    ['Korean', '2024년 3월 4일 (월) 오전 9:12, Shop <s@shop.example>님이 작성:'],
    ['Chinese', 'Shop <s@shop.example> 于2024年3月4日周一 09:12写道：'],
    ['Taiwanese', 'Shop <s@shop.example> 於 2024年3月4日 週一 上午9:12寫道：'],
  ])('ends where a %s program tells who wrote before', (_, wrote) => {
    const { text, quoted } = trimReply(`It works now.\n\n${wrote}\n\n${OLD}`)
    expect(text).toBe('It works now.')
    expect(quoted).toContain('> Is it broken?')
  })

  test('stands below the quote when only a greeting stands above it', () => {
    const { text } = trimReply(
      `Dear shop,\n\nOn 4 Mar 2024 at 09:12, Shop <s@shop.example> wrote:\n${OLD}\nIt works now.\n`,
    )
    expect(text).toBe('Dear shop,\n\n> Is it broken?\n> Please tell us.\n\nIt works now.')
  })

  test.each([
    ['divides two things they say', 'First this.\n\n________\n\nThen the address changed.'],
    ['underlines a heading', 'My order\n--------\n\n2 cups'],
    ['stands above a list of details', '能再发一次吗？\n\n------\n下面是我的收件信息：\n收件人：王小雨'],
    ['stands below a colon', '地址如下：\n\n---\n浦东新区\n---\n\n谢谢'],
    ['is one of two', '改两处\n---\n第一，颜色\n---\n第二，数量'],
    ['is of asterisks', 'Two pots\n***\nOne lid'],
  ])('goes on after a rule that %s', (_, said) => {
    expect(trimReply(said).text).toBe(said)
  })

  test.each([
    ['the mark of a signature', 'Yes.', '-- \nAll prices are final.'],
    ['a rule above a name', 'Yes.', '________\nAl Smith\nBakery'],
    ['a rule above small print', 'Yes.', '________\nThis message is confidential and meant for you only.'],
    [
      'a signature drawn as a table',
      '好的。',
      '| |\n王小雨\n|\n|\nx@y.example\n|\n---- 回复的原邮件 ----\n发件人：s@shop.example',
    ],
  ])('ends at %s', (_, said, below) => {
    expect(trimReply(`${said}\n\n${below}`).text).toBe(said)
  })

  test('keeps no half of a link that was folded in a quote', () => {
    const old = '> See (https://shop.example/a\n_b=1)\n> soon.\n'
    expect(trimReply(`Yes.\n\nOn 4 Mar 2024 at 09:12, Shop wrote:\n\n${old}`).text).toBe('Yes.')
  })

  test('keeps everything of a mail beside what is shown', () => {
    const full = `Yes.\n\n-- \nWang\n\nOn 4 Mar 2024 at 09:12, Shop <s@shop.example> wrote:\n${OLD}`
    const cut = trimReply(full)
    expect(cut.full).toBe(full)
    expect(cut.text).toBe('Yes.')
    expect(cut.signature).toContain('Wang')
    expect(cut.quoted).toContain('> Please tell us.')
  })

  test('keeps the questions between answers', () => {
    const { text } = trimReply('On 4 Mar 2024, Shop wrote:\n\n> Which colour?\n\nBlue.\n\n> Which size?\n\nLarge.\n')
    expect(text).toBe('> Which colour?\n\nBlue.\n\n> Which size?\n\nLarge.')
  })

  test('is below the quote when the answer is there', () => {
    expect(trimReply(`On 4 Mar 2024, Shop wrote:\n${OLD}\nNo, it is fine.`).text).toBe('No, it is fine.')
  })

  test('is the whole mail when somebody only sends a quote on', () => {
    expect(trimReply(OLD).text).toBe(OLD.trim())
  })

  test.each([
    ['a shape of a form', 'Name: Wang\nDate: Monday\nSubject: a new door\nPlease call.'],
    ['a wish to travel', 'From: Berlin\nTo: Paris\nDate: Monday\nThanks'],
    ['a sentence about writing', 'On 3 occasions I wrote:\nnothing came back.'],
    ['a sentence about sending', 'I sent the parcel from Berlin with DHL yesterday.'],
    ['a list with dashes', 'I need:\n- a door\n- a window'],
    ['fenced code', 'Try:\n```\n# one\n####\nFrom: x\nTo: y\nSubject: z\n```\nThanks'],
    ['a waybill', '快递单写错了：\n发件人：王五\n收件人：陈小姐\n日期：2026-11-20\n时间：10:30\n请核对'],
    ['a sentence about where goods come from', '有两箱。\n发自上海的货几天到？\n来自北京的快递还没到'],
    ['a sentence about a courier', 'Sent from Leeds by courier on Monday.\nWhere is it?'],
    ['a picture sent by phone', '好的\n用微信发送截图给您了'],
    ['a Chinese sentence about mail', '我从公司发送了邮件给你，没有收到回复'],
  ])('leaves %s alone', (_, mail) => {
    expect(trimReply(mail).text).toBe(mail)
  })

  test.each([
    'Sent from my iPhone',
    'Envoyé de mon iPhone',
    'Von meinem iPhone gesendet',
    'Enviado desde mi iPhone',
    '发自我的折叠屏',
    '来自钉钉专属商务邮箱',
    '企业微信发送',
    '发送自 Windows 10 版邮件应用',
    '從 Android 上的 Yahoo 奇摩電子信箱傳送',
    '发自我的iPhone，错别字请见谅',
  ])('does not hold "%s"', (device) => {
    expect(trimReply(`Fine.\n\n${device}\n`)).toMatchObject({ text: 'Fine.', signature: device })
  })

  test('of a hostile mail is found in no time', () => {
    const started = performance.now()
    for (const mail of [
      '-'.repeat(200_000),
      '12:00 <\n'.repeat(2_400),
      'On 1 May 2024, a@b.example\n'.repeat(2_400),
      `${'>'.repeat(100_000)} x`,
      '| \n'.repeat(50_000),
      'From: x\n\n'.repeat(2_400),
      '***\nx\n'.repeat(2_400),
      `${'从手机企业微信'.repeat(15)}发送\n`.repeat(2_400),
    ])
      trimReply(mail)
    expect(performance.now() - started).toBeLessThan(4_000)
  })
})

describe('the visible reply of HTML', () => {
  test.each([
    [
      'Gmail',
      '<div>Yes</div><div class="gmail_quote"><div class="gmail_attr">x wrote:</div><blockquote>old</blockquote></div>',
    ],
    ['Outlook', '<p>Yes</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>From: x</p></div><p>old</p>'],
    [
      'Outlook on the web',
      '<div>Yes</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">x</div><div>old</div>',
    ],
    ['Apple Mail', '<body>Yes<br><blockquote type="cite">On 1 May 2024, at 10:00, x wrote:<br>old</blockquote></body>'],
    ['Thunderbird', '<p>Yes</p><div class="moz-cite-prefix">x wrote:</div><blockquote type="cite">old</blockquote>'],
    ['Yahoo', '<div>Yes</div><div class="yahoo_quoted"><div>x wrote:</div><div>old</div></div>'],
    ['Proton', '<div>Yes</div><div class="protonmail_quote">x wrote:<blockquote>old</blockquote></div>'],
    ['QQ', '<div>Yes</div><includetail><div>old</div></includetail>'],
    [
      'NetEase, below a signature',
      '<div>Yes</div><div class="ne-quoted-signature">Wang</div><div class="ntes_quote">old</div>',
    ],
    ['139', '<div>Yes</div><div id="signContainer">Wang</div><blockquote>old</blockquote>'],
    ['WeCom', '<div>Yes</div><signature><div>Wang</div></signature><blockquote>old</blockquote>'],
    ['NetEase', '<div>Yes</div><div class="ntes-mailmaster-quote"><div>old</div></div>'],
  ])('ends where %s puts the mail that is answered', (_, html) => {
    const { text, quoted } = trimHtml(html)
    expect(text).toBe('Yes')
    expect(quoted).toContain('old')
  })

  test('has its lines, lists, tables and links as a reader sees them', () => {
    const html =
      '<p>Hello<br>again</p><ul><li>one</li><li>two</li></ul><table><tr><td>a</td><td>b</td></tr></table><a href="https://x.example/y">here</a><style>p{}</style><p style="display:none">secret</p>'
    expect(trimHtml(html).text).toBe('Hello\nagain\n\n• one\n• two\n\na b\n\nhere <https://x.example/y>')
  })
})
