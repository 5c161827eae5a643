import { expect, it } from 'vitest'
import { asksForPerson } from './asks-for-person.ts'

/** Refused, asked about, thanked for, told of: a person is named and not asked for. */
const NOT_ASKED = `
我没有要转人工
转人工要多久
谢谢客服
我和老板说好了
does the machine have customer support
instead of talking to an agent, can you just cancel it?
why do I need to talk to an agent
do I need to talk to an agent to cancel
do I have to speak to a representative?
How long does it take to reach an agent?
who said I want an agent
you needn't connect me with an agent
it isn't necessary to connect me to an agent
it is not necessary to transfer me to a human
there's no reason to transfer me to an agent
I refuse to talk to a human
I can't talk to a person right now
I cannot talk to anyone right now
如果转人工要等多久
转人工之后还能回来吗
为什么要转人工
怎么又转人工了
我怕转人工
拒绝转人工
转人工就不用了
it's unnecessary to connect me to an agent
there's no point in talking to an agent
there is no need for you to transfer me to a human
I see no reason to talk to a person
I don't think I need an agent
I don't think I need to be connected to a human
I doubt I need to talk to an agent
I do not feel I have to talk to a person
talking to an agent is not necessary
human? no thanks
agent? no
Talk to an agent? No thank you.
don't you dare transfer me to an agent
I have no desire to talk to an agent
no one wants to talk to an agent
I never asked to be transferred to an agent
I decline to speak to an agent
cancel the transfer to the agent
I don't want you to connect me to an agent
I wouldn't like to talk to an agent
I can't speak to an agent at the moment
we cannot talk to anyone on the phone
I am unable to talk to an agent right now
not that I need a human
rather than talking to an agent I want the link
how long until I can talk to a human
how soon can I talk to an agent
how much does it cost to talk to an agent
how long do I have to wait to speak to a representative
what happens when I talk to an agent
what are the wait times to talk to an agent
is there a fee to talk to an agent
do I need to contact customer service for that?
do I have to talk to a human to get a refund
should I contact customer service?
must I speak to a representative to cancel
is it necessary to talk to an agent
will I have to talk to an agent
did you want me to contact customer service?
do you want me to talk to an agent
after talking to an agent I got a refund
before I talk to an agent, tell me the price
why do you want me to talk to an agent
does your app have customer support
does the watch have live support
thank you agent
who wants to talk to an agent
who said I want a human
I hate talking to agents
I'm afraid of talking to a person
我没有说要转人工
没有让你转人工
沒有要轉人工
唔使轉人工
唔好轉人工
唔好幫我轉真人
我唔想搵客服
用不着转人工
何必转人工
谁让你转人工的
谁说我要转人工
谁要转人工啊
误点了转人工
不小心点了转人工
按错了转人工
取消转人工
停止转接人工
拒絕轉人工
讨厌转人工
害怕和真人说话
懒得找客服
莫转人工
不许转人工
转人工不用了
转人工没必要
转人工算了
转人工就不必了
轉人工就不用了
找客服就算了
转人工？不用了
转人工，算了
转人工要等多久
轉人工要等多久
轉人工要幾耐
转接人工大概要多长时间
多久能转人工
要多久才能转人工
转人工需要排队吗
转人工要花钱吗
转人工怎么收费
转人工几分钟
转人工之后还能继续聊吗
转人工以后会不会断
轉人工之後還能回來嗎
转人工之前先告诉我价格
转人工前我想问一下
转人工是什么意思
转人工有什么用
转人工有用吗
为什么又转人工
怎么老是转人工
怎么就转人工了
怎麼又轉人工了
干嘛给我转人工
为什么要给我转人工
必须转人工吗
一定要联系客服吗
谢谢人工客服
謝謝客服
多谢你们客服
我跟老板说过了
我和客服谈好了
跟客服说好了的
我和经理沟通过
I don't think it's necessary to talk to a human
it's not like I want to talk to an agent
I have no intention of talking to a human
I don't feel like talking to anyone
I didn't say I want an agent
i did not ask you to transfer me to a human
I never said I need a human
who told you to connect me to an agent
why would I want to talk to an agent
how long would it take to get connected to an agent
how much longer until I reach an agent
what's the wait time to speak to an agent
does it cost anything to speak with a human
do people have to talk to an agent
do customers need to contact customer service
is it better to talk to an agent
is it free to talk to an agent
I'm already talking to an agent
thank you so much customer service
does this chat have human agents
does your company have agents
我不觉得要转人工
没打算转人工
不是让你转人工
不是叫你轉人工
並沒有要轉人工
千祈唔好轉人工
轉人工就唔使喇
轉人工要唔要錢
轉人工要排隊嗎
轉人工要等多長時間
轉真人要幾耐
要等多久才能接通人工
轉人工之後可以返嚟嗎
转人工后还能找你吗
转人工是不是要等很久
转人工会不会收费
转人工能解决吗
转人工还要重新说一遍吗
转人工是免费的吗
为什么要联系客服
为什么一定要转人工
怎么又给我转到人工了
一定要转人工吗
謝謝真人客服
和客服聊过了
I have an agent in China who ships it
can my colleague pick it up
how do agents work
is an agent able to see my chat
are your representatives trained
the agent said it was fine
your staff is friendly
support ticket 1234
is anyone allergic to this
I sent it to somebody else
human resources contact
how do I transfer my balance
escalator parts
go through customs
I transferred the money to the agent
speak soon
人工降噪
人工湿地
是人工回复还是机器人
客服微信多少
接线员招聘吗
转接线
联系地址改一下
叫外卖
领导力课程
跟朋友说了
专员岗位
经理让我来问
没有了
人工的`

/** The same words where they do ask, among them complaints that nobody comes. */
const ASKED = `
你不行，叫人来
投诉
不想跟你说了，我要找人
让你们领导来
我要跟你们领导说话
没有人工吗
怎么没有人工客服
咨询人工
聯絡客服
我要聯絡真人客服
轉駁真人
有無真人
need真人
can someone help me
could somebody please help me?
transfer me
transfer me please
escalate this
please escalate
I want to escalate
I'm tired of this bot
this bot is useless, human!
hummann
humna
agnt pls
can u transfer me 2 a human
I'd like human assistance
need human help
human assistance needed
manual service
Please have someone contact me
have someone call me
please let a human answer
let a person answer me
where can I find a human here?
to a human
please hand over to a human
hand over
I said agent
I asked for a human
I asked for a human three times
For the third time: human!
you're not helping. person please
I'm looking for an agent to help me
I am asking for a human
I'm waiting for an agent
I have been waiting for an agent for ages
I have not been connected to an agent yet
I still haven't reached a human
you haven't transferred me to an agent
would you mind connecting me to an agent
how about transferring me to a human?
I'm not leaving without talking to a person
if you don't connect me to an agent I will complain
why haven't you transferred me to a human
have somebody from your team contact me
tell your manager to call me
ask your supervisor to contact me
escalate this to your manager
escalate my case
put me through please
please put me through
can you transfer me?
I'd like to be transferred
connect me please
just transfer me
u transfer me 2 agent plz
do you have a human I can talk to?
any person I can talk to?
how can I get human help
some human assistance please
I said human
i already said agent
asked for an agent twice
I have asked for a human 5 times
this bot is stupid. human
you don't understand. agent!
fed up with this bot
Finally, a human please
can you get a person to look at my case
not helpful, human please
hand this over to a human agent
turn me over to a person
麻烦转驳人工
幫我聯絡客服
我要聯絡你們的客服
有冇真人
有冇客服呀
點解冇真人客服
怎么没有真人
连个人工都没有
一个人工客服都没有
找不到人工客服
联系不上客服
一直联系不到人工
等了这么久还不转人工
不是已经转人工了吗
叫你们领导来
找你们上级
让你们主任来处理
我要找你们领导
我要跟你们店长谈
换你同事来
让你同事来回答
转给你们领导
我要找人
我想找个人聊聊
叫人出来
有無人工客服
咨询一下人工
我要human
need客服
转agent
聯繫你們主管
請叫你們經理來
轉接專員
投訴
我要投訴你們客服
客服在哪裡
hi there, could a human take over please
can a real person answer me
can an agent help me please
is somebody there to help
who can I talk to
kindly assign an agent
assign me an agent
I need actual human support not AI
any human around?
can you escalate this?
I want to talk to a human before I order
where is the human
don't you have any real people I can talk to
让人来跟我说
人工客服快出来
人工人工！！！快点
这机器人太笨了，人工！
不想和AI聊，真人
申请人工
申请人工客服介入
我要见你们经理
转售后
转销售
請問有真人客服嗎
有人可以幫我嗎
Could someone from your team please call me
please forward this to your supervisor
I want to escalate this issue
who do I talk to about a refund
I can not find a human here
I've asked for an agent three times already
can you please get someone to look at this
the bot is not helping, representative
I'm sick of this bot
what about connecting me to a person
不懂你说什么，人工
你听不懂，人工
叫你哋經理出嚟
真人客服喺邊
有冇人喺度
聯絡真人`

const lines = (table: string) => table.split('\n').filter((one) => one !== '')

it.each(lines(NOT_ASKED))('leaves to bots who speaks of people and wants none: %s', (text) => {
  expect(asksForPerson(text)).toBe(false)
})

it.each(lines(ASKED))('leads to people who wants one, however it is put: %s', (text) => {
  expect(asksForPerson(text)).toBe(true)
})
