const ENGLISH = `a an the and or but if so of in on at to for from with by about into as than then there here this that these those it its
i i'm i'd i've i'll me my mine we us our you your he she they them their is am are was were be been being do does did done have has had
having will would shall should can could may might must not no please just also very really some any all what which who whom whose how
when where why get got want need like know tell let thanks thank hi hello hey ok okay dont doesnt didnt cant cannot isnt wont im ive
id am lets there's what's how's where's who's it's that's don't doesn't can't won't isn't didn't`
const CHINESE = `的 了 吗 呢 啊 呀 吧 哦 嘛 我 你 您 他 她 它 我们 你们 请 请问 问 问下 一下 怎么 怎样 怎么样 如何 什么 什么样 为什么 哪 哪里 哪个 哪些 多少
几 可以 可不可以 能 能不能 能否 会 会不会 想 想要 要 需要 是 是不是 是否 有 有没有 没有 没 不 在 到 把 被 给 和 与 跟 或 就 都 也 还 还是 这 这个 那
那个 那么 一个 个 么 办 怎么办 谢谢 你好 您好 知道 告诉 帮 帮我 帮忙 吧 之 对 于 呗 哈 嗯 啥 咋 咋办 多 久 多久 时候 什么时候 所有 全部 我的 你的
给 给我 让 帮我 一 一条 一张 一些 现在 吗 从 为 为我 去 来 上 下 里 中`

const STOP = new Set(`${ENGLISH} ${CHINESE}`.split(/\s+/))

/** Words that hardly tell what a question is about. */
export function isStopWord(word: string): boolean {
  return STOP.has(word)
}
