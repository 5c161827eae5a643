/**
 * GB 2312 lists its 3755 commonest signs by their sound. These are the first signs of each sound in that list, tones apart; what
 * stands between two of them sounds like the first.
 */
const FIRST_OF_SOUND =
  '啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗蹿摧村磋' +
  '搭呆耽当刀德蹬堤颠碉跌丁丢东兜都端堆墩掇蛾恩而发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖棺光瑰辊锅' +
  '哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块宽匡亏坤括' +
  '垃莱蓝琅捞勒雷棱厘俩联粮撩列琳拎溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇' +
  '拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴女暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇飘撇拼乒坡剖扑' +
  '期掐牵枪橇切钦青琼秋趋圈缺裙然瓤饶惹壬扔日戎揉茹软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松搜苏酸虽孙蓑' +
  '塌胎坍汤掏特藤梯天挑贴厅通偷凸湍推吞拖挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰一茵英哟拥幽迂鸳曰耘' +
  '匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨'

let sounds: Map<string, number> | undefined

/** The same number for signs that sound the same, tones apart; undefined for signs that are not among the commonest. */
export function soundOf(sign: string): number | undefined {
  sounds ??= readSounds()
  return sounds.get(sign)
}

function readSounds(): Map<string, number> {
  const firsts = new Set(FIRST_OF_SOUND)
  const read = new Map<string, number>()
  let sound = 0
  for (const sign of commonSigns()) {
    if (firsts.has(sign)) sound++
    read.set(sign, sound)
  }
  return read
}

/** The first level of GB 2312: rows 16 to 55, the last of which is not full. */
function commonSigns(): string {
  const bytes: number[] = []
  for (let row = 0xb0; row <= 0xd7; row++)
    for (let cell = 0xa1; cell <= (row === 0xd7 ? 0xf9 : 0xfe); cell++) bytes.push(row, cell)
  return new TextDecoder('gb18030').decode(Uint8Array.from(bytes))
}
