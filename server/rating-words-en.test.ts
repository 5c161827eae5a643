import type { RatingScale } from '@hutong/core/parts'
import { expect, it } from 'vitest'
import { readRating } from './rating-words.ts'

const MEANT: readonly (readonly [scale: RatingScale, typed: string, score: number | undefined])[] = [
  ['csat', '4 ⭐', 4],
  ['csat', '5.0', 5],
  ['csat', '4.0 stars', 4],
  ['csat', '5⭐', 5],
  ['csat', '3🌟', 3],
  ['csat', '4★', 4],
  ['csat', '5.00', 5],
  ['csat', '4.0/5', 4],
  ['csat', '❤️', 5],
  ['nps', 'unlikely', 3],
  ['nps', 'likely', 8],
  ['nps', 'highly recommend', 10],
  ['nps', 'I would recommend it', 8],
  ['nps', "I'd recommend you to my friends", 8],
  ['nps', 'I would definitely recommend', 10],
  ['nps', 'I would never recommend', 0],
  ['nps', "I wouldn't recommend this", 1],
  ['nps', "I don't recommend", 1],
  ['nps', 'very unlikely', 1],
  ['nps', 'quite likely', 8],
  ['nps', 'not very likely', 3],
  ['nps', 'not so likely', 3],
  ['nps', 'probably', 8],
  ['nps', 'probably not', 3],
  ['nps', 'most likely', 8],
  ['nps', '8.0', 8],
  ['nps', '8 ⭐', 8],
  ['csat', 'likely to rain', undefined],
  ['csat', 'recommend me a tea', undefined],
  ['csat', 'I would like to order', undefined],
  ['csat', '4.5', undefined],
  ['csat', '⭐ 5', undefined],
  ['csat', 'three stars please', undefined],
  ['nps', 'likely to rain', undefined],
  ['nps', 'recommend me a tea', undefined],
  ['nps', 'I would like to order', undefined],
  ['nps', '4.5', undefined],
  ['nps', '⭐ 5', undefined],
  ['nps', 'three stars please', undefined],
]

it.each(MEANT)('an answer to a %s question in English, “%s”, means %s', (scale, typed, score) => {
  expect(readRating(typed, scale)).toEqual(score === undefined ? undefined : { score })
})
