const FEW_WORDS = 3
const FEW_SIGNS = 4
/** A text as long as this is no name of an option, whatever it says. */
const MANY_WORDS = 6
const MANY_SIGNS = 12

const BEGINS =
  /^(?:(?:hi|hello|hey|ok|okay|and|but|so|well|sorry|please|excuse me)[\s,.!]+)*(?:who|whom|whose|what|when|where|why|which|how|can|could|may|do|does|did|is|are|was|were|will|would|should|have|has|tell me|i'd like|i would like|i want to|i need to|i wonder)\b/
const ASKS_ZH =
  /[吗嘛呢]|什么|怎么|怎样|多少|多久|哪|谁|几[个天点号元]|为啥|为何|如何|是否|能否|有没有|是不是|能不能|可不可以|要不要|请问|想问|啥|咋|甚麼|什麼|怎麼|嗎/
/** Who asks so has not understood what was asked. */
const PUZZLED =
  /^(?:what(?: do you mean| is this| does (?:that|this) mean)?|pardon|sorry|huh|why)[\s?!.]*$|^(?:这|這)?(?:是)?(?:什么|什麼|啥)(?:意思)?[？?！!。]*$/

/** Whether a text is a question or a whole sentence, which more can be done with than to ask for an option again. */
export function asksSomething(text: string): boolean {
  const said = text.normalize('NFKC').trim().toLowerCase().replaceAll('’', "'").slice(0, 1_000)
  if (PUZZLED.test(said)) return false
  const words = said.match(/[\p{L}\p{N}'-]+/gu)?.filter((word) => !/\p{Script=Han}/u.test(word)).length ?? 0
  const signs = said.match(/\p{Script=Han}/gu)?.length ?? 0
  const asks = said.includes('?') || BEGINS.test(said) || ASKS_ZH.test(said)
  if (asks) return words >= FEW_WORDS || signs >= FEW_SIGNS || (words > 0 && signs > 1)
  return words >= MANY_WORDS || signs >= MANY_SIGNS
}
