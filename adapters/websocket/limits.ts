import type { Rate } from '@hutong/core/rate'

/** Of IPv6 addresses a whole network (/64) counts as one. */
export interface WebLimits {
  /** Namespace connects of one IP address. */
  connects: Rate
  /** Messages and other entries of one visitor, over all its sockets. */
  messages: Rate
  /** The same over all visitors behind one IP address. */
  messagesPerIp: Rate
  /** `after`, `history` and `identify` calls of one visitor. */
  reads: Rate
  /** Typing, cursors and visits of one visitor; what is above is dropped, not answered. */
  signals: Rate
  /** Files of one visitor. */
  uploads: Rate
  /** First messages, which make a contact and a conversation, of one IP address. */
  conversations: Rate
}

export const WEB_LIMITS: Readonly<WebLimits> = {
  connects: { perMinute: 240, burst: 240 },
  messages: { perMinute: 60, burst: 30 },
  messagesPerIp: { perMinute: 600, burst: 300 },
  reads: { perMinute: 120, burst: 120 },
  signals: { perMinute: 300, burst: 100 },
  uploads: { perMinute: 20, burst: 20 },
  conversations: { perMinute: 2, burst: 30 },
}
