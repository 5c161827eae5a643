const THANKS =
  /^(?:(?:thank you|thanks|thank u|thx|ty|cheers|many thanks|ok(?:ay)?|great|perfect|good|got it|all (?:is )?clear|very much|so much|a lot|bye|好的?|谢谢|謝謝|多谢|感谢|明白|知道了|收到|再见|没(?:有)?(?:别的|其他)?问题了|不用了|您|你|了|啊|哦|啦)[\s,.!;~，。！；、～]*)+$/u

/** Whether a text only says that an answer was heard. */
export function onlyThanks(text: string): boolean {
  return text.length <= 60 && THANKS.test(text.normalize('NFKC').trim().toLowerCase())
}
