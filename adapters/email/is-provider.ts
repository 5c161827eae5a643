/** Domains under which people who have nothing to do with each other have their addresses. */
const PROVIDERS: ReadonlySet<string> = new Set(
  `qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com vip.126.com yeah.net 188.com sina.com sina.cn vip.sina.com sohu.com tom.com
  21cn.com 189.cn 139.com wo.cn aliyun.com
  gmail.com googlemail.com outlook.com hotmail.com live.com live.cn msn.com outlook.de hotmail.de hotmail.fr hotmail.co.uk
  yahoo.com yahoo.co.jp yahoo.co.uk yahoo.de yahoo.fr yahoo.com.hk yahoo.com.tw ymail.com aol.com
  icloud.com me.com mac.com proton.me protonmail.com pm.me fastmail.com zoho.com hey.com
  gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de mail.de posteo.de mailbox.org
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it telefonica.net
  mail.ru bk.ru list.ru inbox.ru yandex.ru yandex.com rambler.ru ukr.net wp.pl o2.pl onet.pl interia.pl seznam.cz
  naver.com daum.net hanmail.net docomo.ne.jp ezweb.ne.jp softbank.ne.jp
  comcast.net verizon.net att.net btinternet.com bigpond.com rediffmail.com uol.com.br bol.com.br`.split(/\s+/),
)

export function isProvider(domain: string): boolean {
  return PROVIDERS.has(domain)
}
