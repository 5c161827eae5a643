import { expect, it } from 'vitest'
import { asksForPerson } from './asks-for-person.ts'

const ASKED = `
human
Human!!!
HUMAN PLEASE
a human please
real person
real person pls
a real human being
person
agent
agent please
Agent, please!
agent agent agent
live agent
human agent
customer service
customer service representative
representative
Representative!
rep please
operator
speak to a human
speak to human
talk to a human
Talk to a person
talk to human now
talk with a real person
chat with an agent
can I speak to someone
Can I speak to someone, please?
Could I please talk to somebody?
Hi, can I talk to a real person about my order?
I want to talk to a human
I wanna speak with a representative
I'd like to speak to the manager
I would like to talk to customer service
let me talk to someone who can help
please let me speak with a live agent
I need to speak with someone about a refund
I need a human
I need an agent now
I need someone to help me
I want a real person
give me a human
get me an agent
I need a human not a bot
I want a person, not a robot
connect me to an agent
connect me with a person
Please connect me to customer support
transfer me to a representative
transfer to agent
transfer this chat to a human
put me through to a human
Why don't you connect me with a human?
why can't I talk to a real person
is anyone there?
Anyone there?
hello? is anybody there
is there a human I can talk to
is there anyone I can speak to?
are there any agents available
how do I contact customer service?
how can I reach a human
I don't want to talk to a bot
I do not want to talk to a robot. Get me a person.
sorry, but this does not help. I want to speak to a supervisor
live chat
talk to an agnet
转人工
转人工！！！
请转人工
麻烦转一下人工，谢谢
转人工客服
转接人工
转接客服
转客服
转真人
帮我转人工
可以转人工吗
能不能转人工？
能转人工客服吗
我要转人工
都说了转人工
怎么还不转人工
要不转人工吧
人工
人工。
人工 客服
人工客服
人工服务
人工人工人工
你好，人工
真人
真人客服
客服
在线客服
找人工
找客服
我找客服
我要找人工客服
帮我找个真人
找一下你们客服
找你们经理
我要人工
我要人工客服
我要真人
我需要人工服务
想要人工客服
我想跟真人说话
我想和人工聊聊
想跟客服沟通一下
有人工吗
有没有人工客服
有客服吗
有真人吗
有人吗
有人在吗？
客服在吗
客服在吗？
人工在吗
客服呢
请问客服在线吗
联系客服
联系人工客服
呼叫人工
接人工
切换人工
换人工
换个真人来
人工回复
要求人工处理
叫个活人来
让客服给我回复
我不想跟机器人说话
不要机器人，转人工
轉人工
請轉人工客服
轉接真人客服
我要找真人客服
有人嗎
我想搵真人客服
聯繫客服
轉專人
转人功
rengong
zhuanrengong
这个问题你解决不了，转人工吧
订单 12345 一直没收到，我要人工客服
talk to sales
I want to talk to your sales team
can I speak with billing
get me out of this bot
get me away from this chatbot
stop the bot
stop this stupid bot!
I want to make a complaint
I'd like to file a complaint
能不能换个人来
能不能换个人
换个人来说
可以找个人来吗
给我换个人
我要投诉
我要投诉你们
我想投诉快递
我要投訴`

const NOT_ASKED = `
what is your agent fee
travel agent discount
do you have a travel agent discount?
I need a travel agent
I am a sales representative
can I become your agent in Germany
do you need a sales representative?
I need an agent contract
I need a representative sample of your teas
get me a human hair wig
is it safe for human consumption
is this fit for human use
how many people work there
per person price
price per person?
a gift for a person who loves tea
is this for one person or two
I don't want to talk to a human
I do not want to speak to an agent
I dont need a human
no need to talk to a person
please don't connect me to an agent
no human please
no agent
not a human
I talked to an agent yesterday
I was talking to an agent yesterday
your representative told me it is free
the agent was rude
are you a human?
are you a real person or a bot
am I talking to a human?
am I speaking with a real person
are you a bot
what is a customer service number
your customer service is great
customer service hours
when does customer service open
human rights
personal data
personalised gift
can someone else pick up my parcel
can I transfer my points to another person
can somebody else sign for the delivery
will someone call me before delivery
operator manual
reagent grade
I want to send it to someone else as a gift
do you speak English
talk to me about tea
manage my subscription
supportive chair
人工智能
人工智能怎么用
你是人工智能吗
人工费多少
人工费怎么算
安装要人工费吗
人工成本
这个茶是人工采摘的吗
is this tea hand-made 人工采摘的吗
人工炒制的吗
是人工的还是机器的
人工还是机器
纯手工、人工
需要人工吗
安装需要人工吗
人工湖附近有店吗
人工授粉
不要转人工
别转人工
先不要转人工
不用转人工
不想转人工
我不想找客服
不用找人工了
我没让你转人工
无需转接人工客服
別轉人工
不要轉人工
不想跟人说话
客服电话是多少
客服几点上班
客服态度真好
你们客服态度太差
客服说可以退
昨天找客服说可以退款
之前联系客服说三天到
真人版电影
有真人秀吗
招聘客服吗
你们招客服吗
客服工资多少
我想应聘客服
在吗
在吗？
亲在吗
你好
您好
谢谢
两个人喝够吗
送人的
有人用过吗
送老板的礼物
老板喜欢喝茶
你是真人吗
你是机器人吗
转账给谁
转运费多少
怎么转发
成人工作服
找工作
找零钱
手工茶
人工费
人
no
hi
Is this a bot?
is this a bot
what can the bot do
the bot is great
does the bot stop at night
get me out of this contract
talk to sales about tea makes me happy
I have no complaint
how do you handle complaints
what is on sale
别人换个人用可以吗
能换个人收货吗
换个人签收
投诉电话是多少
投诉怎么处理
我要投诉的话打什么电话
不想投诉`

const lines = (table: string) => table.split('\n').filter((one) => one !== '')

it('has looked at enough ways to say it, each once', () => {
  const all = [...lines(ASKED), ...lines(NOT_ASKED)]
  expect(new Set(all).size).toBe(all.length)
  expect(all.length).toBeGreaterThan(240)
})

it.each(lines(ASKED))('hears a person asked for: %s', (text) => {
  expect(asksForPerson(text)).toBe(true)
})

it.each([
  'human',
  'person',
  'real people',
  'agent',
  'representative',
  'rep',
  'csr',
  'operator',
  'adviser',
  'staff member',
  'team member',
  'colleague',
  'employee',
  'manager',
  'supervisor',
  'associate',
  'specialist',
  'someone',
  'anybody',
  'customer service',
  'support',
  'customer care',
  'help desk',
  'helpdesk',
  'sales',
  'billing',
  'management',
  'complaints',
])('looks closer at every word for one, also where no other hints at it: %s', (noun) => {
  expect([`talk to ${noun}`, `talk to your ${noun}`].some(asksForPerson)).toBe(true)
})

it.each(lines(NOT_ASKED))('hears nobody asked for: %s', (text) => {
  expect(asksForPerson(text)).toBe(false)
})

it('looks at no more than a message may sensibly say, and quickly', () => {
  const started = performance.now()
  for (const piece of [
    'talk to a ',
    'real human customer ',
    '转转转',
    '找一下你们的',
    'please hi ',
    "don't want to ",
    'i need a real ',
  ])
    expect(asksForPerson(piece.repeat(4_000).slice(0, 2_000))).toBe(false)
  expect(performance.now() - started).toBeLessThan(500)
  expect(asksForPerson(`转人工 ${'x'.repeat(2_000)}`)).toBe(false)
})
