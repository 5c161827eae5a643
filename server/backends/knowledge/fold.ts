/**
 * Traditional characters and what is written for them in simplified Chinese: those that questions of customers are made of. Each stands
 * above its counterpart.
 */
const TRADITIONAL =
  '訂單運費貨發寶購買賣價錢幣據證號碼機聯繫電話郵遞網頁帳賬戶貸欠還轉賺優惠費劃換壞裝備質量檢測實現驗認為時間東國際門內無點擊關開啟閉選項類別種數據變記錄設計產業務員們個這樣麼誰沒從後來對應該給讓請問嗎諮詢權責稅額積點禮卡會員積級獎勵補償損壞綁鎖區陸灣歐兌準確認識長壽風險圖視頻聽說讀寫語簡繁體單雙結紙張條約過進遠達離遲緩復覆續終紅藍綠顏額題應與當幫謝見錯誤試註冊領輸車隨動畫異議標滿減庫種親熱線傳資訊'
const SIMPLIFIED =
  '订单运费货发宝购买卖价钱币据证号码机联系电话邮递网页账账户贷欠还转赚优惠费划换坏装备质量检测实现验认为时间东国际门内无点击关开启闭选项类别种数据变记录设计产业务员们个这样么谁没从后来对应该给让请问吗咨询权责税额积点礼卡会员积级奖励补偿损坏绑锁区陆湾欧兑准确认识长寿风险图视频听说读写语简繁体单双结纸张条约过进远达离迟缓复复续终红蓝绿颜额题应与当帮谢见错误试注册领输车随动画异议标满减库种亲热线传资讯'

const SIMPLE = new Map([...TRADITIONAL].map((from, place) => [from, [...SIMPLIFIED][place] ?? from]))

/** The text in one way of writing: width, case, accents of Latin letters, common traditional characters. */
export function fold(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('’', "'")
  const bare = /[\u00c0-\u024f]/.test(plain) ? plain.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '') : plain
  return /\p{Script=Han}/u.test(bare) ? Array.from(bare, (one) => SIMPLE.get(one) ?? one).join('') : bare
}
