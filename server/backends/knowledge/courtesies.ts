const THANKS =
  /^(?:(?:thank you|thanks|thank u|thx|ty|cheers|many thanks|ok(?:ay)?|great|perfect|good|got it|all (?:is )?clear|very much|so much|a lot|bye|好的?|谢谢|謝謝|多谢|感谢|明白|知道了|收到|再见|没(?:有)?(?:别的|其他)?问题了|不用了|您|你|了|啊|哦|啦)[\s,.!;~，。！；、～]*)+$/u

/** Whether a text only says that an answer was heard. */
export function onlyThanks(text: string): boolean {
  return text.length <= 60 && THANKS.test(text.normalize('NFKC').trim().toLowerCase())
}

const GREETS =
  /^(?:(?:hi|hiya|hello|helo|hey|hallo|howdy|yo|good (?:morning|afternoon|evening|day)|morning|greetings|how are you|there|all|team|dear|sir|madam|please|help(?: me)?|can you help(?: me)?|i (?:have|'ve got) a question|a question|quick question|i need (?:some )?help|(?:is )?any(?:one|body) (?:there|here)|你好|您好|哈[喽罗啰]|嗨|嘿|早上好|上午好|中午好|下午好|晚上好|早安?|晚安|大家好|亲亲?|请问|在不在|在吗|在么|有人吗|在|我?(?:想|要|来)?(?:问|咨询|请教)(?:一)?[下个](?:问题|事情?)?|我?有(?:个|一个|点)?(?:问题|事情?)|帮帮?(?:我|忙)|求助|啊|呀|哦|呢|的|您|你)[\s,.!?;~，。！？；、～]*)+$/u

/** Whether a text says nothing yet but that somebody is there. */
export function onlyGreets(text: string): boolean {
  return text.length <= 60 && GREETS.test(text.normalize('NFKC').trim().toLowerCase().replaceAll('’', "'"))
}
