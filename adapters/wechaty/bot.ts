/**
 * What is used of a Wechaty bot, by its shape: https://github.com/wechaty/wechaty and https://github.com/wechaty/puppet (1.x). A
 * `Wechaty` of either is one.
 */
export interface Bot {
  on(event: 'scan', listener: (qrcode: string) => void): unknown
  on(event: 'login' | 'logout', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'friendship', listener: () => void): unknown
  /** Makes the puppet, without starting it. */
  init(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
  /** There once `init` was done. */
  readonly puppet: Puppet
}

/** A conversation is a person's id or a room's. What is sent resolves with the id of the message where the puppet knows it. */
export interface Puppet {
  on(event: 'message', listener: (message: { messageId: string }) => void): unknown
  readonly isLoggedIn: boolean
  readonly currentUserId: string
  messagePayload(id: string): Promise<MessagePayload>
  contactPayload(id: string): Promise<ContactPayload>
  roomPayload(id: string): Promise<{ topic: string }>
  messageFile(id: string): Promise<Box>
  messageUrl(id: string): Promise<UrlLink>
  messageLocation(id: string): Promise<Place>
  messageMiniProgram(id: string): Promise<MiniProgramCard>
  messageSendText(conversation: string, text: string): Promise<Sent>
  messageSendFile(conversation: string, file: Box): Promise<Sent>
  messageSendUrl(conversation: string, link: UrlLink): Promise<Sent>
  messageSendMiniProgram(conversation: string, card: MiniProgramCard): Promise<Sent>
  messageRecall(id: string): Promise<boolean>
}

export type Sent = string | undefined | void

export interface MessagePayload {
  id: string
  /** One of `TYPE`, or what a later version has. */
  type: number
  talkerId: string
  listenerId?: string
  roomId?: string
  mentionIdList?: string[]
  /** Of a recall, the id of the message that was taken back. */
  text?: string
  filename?: string
  /** Seconds or, of some puppets, milliseconds. */
  timestamp: number
}

export interface ContactPayload {
  name: string
  alias?: string
  avatar?: string
  /** 2 is an Official Account. */
  type?: number
}

export interface UrlLink {
  title: string
  url: string
  description?: string
  thumbnailUrl?: string
}

export interface Place {
  latitude: number
  longitude: number
  name: string
  address: string
  accuracy: number
}

export interface MiniProgramCard {
  appid?: string
  username?: string
  pagePath?: string
  title?: string
  description?: string
  thumbUrl?: string
}

/** A `FileBox` of the package file-box. */
export interface Box {
  readonly name: string
  readonly mediaType?: string
  toStream(): Promise<NodeJS.ReadableStream>
}

/** https://github.com/wechaty/puppet/blob/main/src/schemas/message.ts */
export const TYPE = {
  unknown: 0,
  attachment: 1,
  audio: 2,
  contact: 3,
  chatHistory: 4,
  emoticon: 5,
  image: 6,
  text: 7,
  location: 8,
  miniProgram: 9,
  groupNote: 10,
  transfer: 11,
  redEnvelope: 12,
  recalled: 13,
  url: 14,
  video: 15,
  post: 16,
} as const
