/** One thing on the customer's screen, oldest first. */
export type FakeShown = {
  readonly id: string
  readonly from: 'customer' | 'account' | 'platform'
  /** Milliseconds since 1970, UTC, of the fake's clock. */
  readonly at: number
} & FakeContent

export type FakeContent =
  | { readonly kind: 'text'; readonly text: string }
  | FakeFile
  | { readonly kind: 'menu'; readonly head: string; readonly items: readonly FakeMenuItem[]; readonly tail: string }
  | { readonly kind: 'cards'; readonly of: FakeCardKind; readonly cards: readonly FakeCard[] }
  | { readonly kind: 'location'; readonly name: string; readonly latitude: number; readonly longitude: number }
  /** A grey line of the platform itself. */
  | { readonly kind: 'notice'; readonly text: string }

export interface FakeFile {
  readonly kind: 'image' | 'voice' | 'video' | 'file'
  /** The id of the file at the platform. */
  readonly media: string
  readonly name: string
  readonly title?: string
  readonly description?: string
}

/** `id` comes back when it is tapped; one with `url` opens that instead. */
export interface FakeMenuItem {
  readonly id: string
  readonly text: string
  readonly url?: string
}

export type FakeCardKind = 'news' | 'link' | 'mini-program' | 'music' | 'coupon' | 'contact'

export interface FakeCard {
  readonly title: string
  readonly description: string
  readonly url: string
  readonly picture: string
}

/** What a customer's phone shows. */
export interface FakePhoneState {
  /** False on a platform where one follows and has not. */
  readonly following: boolean
  readonly typing: boolean
  readonly shown: readonly FakeShown[]
  /** The bar below the conversation. */
  readonly bar: readonly FakeBarButton[]
}

export interface FakeBarButton {
  readonly name: string
  readonly key?: string
  readonly url?: string
  readonly inside: readonly FakeBarButton[]
}

/** What the customer does on the page. `scan` is the camera: its text is what the code holds. */
export type FakePhoneAction =
  | { readonly do: 'follow' | 'unfollow' }
  | { readonly do: 'say' | 'scan'; readonly text: string }
  | { readonly do: 'pick'; readonly message: string; readonly id: string }
  | { readonly do: 'press'; readonly key: string }
  | { readonly do: 'location'; readonly name: string; readonly latitude: number; readonly longitude: number }
