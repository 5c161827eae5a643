import { createPlural } from './plural.ts'

const plural = createPlural('en')

/** The English words, and by their shape the list every other language has to fill. */
export const words = {
  chat: 'Chat',
  chatWith: (site: string) => `Chat with ${site}`,
  close: 'Close chat',
  menu: 'Send key',
  log: 'Messages',

  here: 'We are here',
  away: 'We will reply later',
  assistant: 'Assistant',
  online: 'Online',
  waiting: 'Waiting for a colleague',
  closedHere: 'Not available',
  connecting: 'Connecting …',
  reconnecting: 'Connecting again …',

  hello: 'How can we help?',
  helloHere: 'Write to us and the answer appears right here.',
  helloAway: 'Nobody is here just now. Leave a message and we will answer as soon as we are back.',
  offline: 'You are offline. Messages will be sent when you are back.',
  refused: 'This chat is not set up for this page.',
  ended: 'Write a message to start again.',
  loading: 'Loading messages',

  joined: (name: string) => `${name} joined`,
  backToBot: 'The assistant is answering again',
  closed: 'Conversation ended',
  rated: (score: string) => `Your rating: ${score}`,
  colleague: 'A colleague',

  you: 'You',
  says: (name: string, text: string) => `${name}: ${text}`,
  typing: (name: string) => `${name} is writing`,
  answering: (name: string) => `${name} is answering`,
  newMessages: (count: number) => plural(count, { one: '# new message', other: '# new messages' }),
  latest: 'Latest messages',
  newLine: 'New',
  edited: 'edited',
  recalled: 'This message was taken back',

  states: {
    queued: 'Waiting for a connection',
    uploading: 'Uploading',
    sending: 'Sending',
    sent: 'Sent',
    delivered: 'Delivered',
    read: 'Read',
    failed: 'Not sent',
  },
  retry: 'Try again',
  discard: 'Delete',

  message: 'Message',
  placeholder: 'Write a message …',
  send: 'Send',
  stop: 'Stop answering',
  attach: 'Attach files',
  emoji: 'Emoji',

  kinds: {
    text: 'Message',
    image: 'Picture',
    file: 'File',
    audio: 'Voice message',
    video: 'Video',
    location: 'Location',
    card: 'Card',
    choices: 'Choices',
    form: 'Form',
    rating: 'Question',
    unsupported: 'Message',
  },
}

export type Words = typeof words
