/** A mail before anything is made of it: what an IMAP server gives part by part, or `readMail()` finds in a whole source. */
export interface Mail {
  headers: Headers
  /** The bodies a person reads, in their order; transfer encoding undone, charset not. */
  bodies: Body[]
  attachments: Attachment[]
  /** Headers of the mail that a bounce returns, when it does. */
  returned?: Headers
  /** Parts of it were left out, for their number or their depth. */
  cut?: true
}

export interface Header {
  /** In lower case. */
  name: string
  /** Unfolded; encoded words are left as they are. */
  value: string
}
export type Headers = readonly Header[]

export interface Body {
  type: BodyType
  bytes: Uint8Array
  /** As the sender labels it. */
  charset?: string
  /** RFC 3676: lines that end in a space go on in the next. */
  flowed?: { deleteSpace: boolean }
}

/** Reports are the machine-readable halves of bounces. */
export type BodyType = 'text/plain' | 'text/html' | 'message/delivery-status' | 'message/feedback-report'

export interface Attachment {
  /** The IMAP part number, by which its bytes are fetched. */
  part: string
  name: string
  /** As the sender labels it, in lower case. */
  type: string
  /** Size as it travels; undefined when nobody knows yet. */
  bytes?: number
  /** Without angle brackets. */
  contentId?: string
  /** Meant to be seen inside the text. */
  inline: boolean
}

/** The first header of that name, or ''. */
export function header(headers: Headers, name: string): string {
  return headers.find((one) => one.name === name)?.value ?? ''
}

export function hasHeader(headers: Headers, ...names: string[]): boolean {
  return headers.some(({ name }) => names.includes(name))
}
