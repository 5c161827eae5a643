/** What a platform said, as data: from XML every value is text, from JSON 64-bit numbers are. */
export interface Payload {
  readonly [name: string]: PayloadValue
}

export type PayloadValue = string | number | boolean | null | Payload | readonly PayloadValue[]
