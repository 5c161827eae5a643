/**
 * What others send to a page with nothing but their snippet on it, and until a chat can be used: brotli bytes (quality 11)
 * and requests, measured with Chromium 156 against the versions named.
 */
export const RIVALS = [
  { name: 'deep-chat 2.4.2', before: 91_852, requests: 2, total: 91_852 },
  { name: '@papercups-io/chat-widget 1.3.1', before: 102_739, requests: 2, total: 102_739 },
  { name: '@typebot.io/js 0.10.7', before: 164_164, requests: 1, total: 164_164 },
  { name: 'rasa-webchat 1.0.1', before: 173_616, requests: 13, total: 173_616 },
  { name: 'flowise-embed', before: 241_974, requests: 1, total: 241_974 },
  { name: 'botframework-webchat 4.18.1, minimal', before: 374_046, requests: 1, total: 374_046 },
  { name: 'Rocket.Chat livechat 1.13.3', before: 376_502, requests: 13, total: 376_502 },
  { name: '@n8n/chat 1.37.0', before: 480_863, requests: 5, total: 480_863 },
] as const

/** Longest task of the page while the closed launcher loads at a quarter of the processor's speed, milliseconds. */
export const RIVALS_LONGEST_TASK = {
  'deep-chat 2.4.2': 85,
  '@typebot.io/js 0.10.7': 449,
  '@n8n/chat 1.37.0': 1_037,
} as const
