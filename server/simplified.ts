/** The signs in which customers ask for people and judge us; each traditional one stands above the simplified one. */
const TRADITIONAL =
  '丟並亂併來係個們傢傳傾價優兒兩別剛勁動務勞協厭員唄問喚喫單嗎嘍噠噹埰報壓壞夠姊實審專對導島崗幫幹幾廢廻強彆後從復徹惡態慮應懶戲戶採換損擇敗數斷於時暫會東業極樂樣機檯欵歡歲決沒湊準溝滿潰為無煩熱爛爲獃現環當發監眞睏瞭碼種箇簡約級紹終組結絕絡給絶經綫網緊線緻總繫纔翫聯職聽臺與舊萬蓆蔴薦處號蠻術裏裝裡製複覈見規親覺觸討託許訴評詢話該認誤說説誰談請講謝譯議讓讚負財貨責貴費貼資賣賬賴賺贊趕跤蹧較載輕轉辦迴這連週進遊過遞遠選還銷錄錢錯録錶鍾鐘長門閉開間闆隊隨隻雖雜難電靈頁順須預領顆題願颱養馬駁驗體髮鬆鬚麵麼麽點齣'
const SIMPLIFIED =
  '丢并乱并来系个们家传倾价优儿两别刚劲动务劳协厌员呗问唤吃单吗喽哒当采报压坏够姐实审专对导岛岗帮干几废回强别后从复彻恶态虑应懒戏户采换损择败数断于时暂会东业极乐样机台款欢岁决没凑准沟满溃为无烦热烂为呆现环当发监真困了码种个简约级绍终组结绝络给绝经线网紧线致总系才玩联职听台与旧万席麻荐处号蛮术里装里制复核见规亲觉触讨托许诉评询话该认误说说谁谈请讲谢译议让赞负财货责贵费贴资卖账赖赚赞赶交糟较载轻转办回这连周进游过递远选还销录钱错录表钟钟长门闭开间板队随只虽杂难电灵页顺须预领颗题愿台养马驳验体发松须面么么点出'
const SIMPLE = new Map([...TRADITIONAL].map((sign, at) => [sign, [...SIMPLIFIED][at] ?? sign]))

/** Whether it is written in traditional signs, as far as common ones tell. */
export function isTraditional(said: string): boolean {
  return [...said].some((sign) => SIMPLE.has(sign))
}

/** The same words, where they are common ones, in simplified signs. */
export function simplified(said: string): string {
  return [...said].map((sign) => SIMPLE.get(sign) ?? sign).join('')
}
