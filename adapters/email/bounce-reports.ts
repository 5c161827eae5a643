/** What one block of a delivery or feedback report says of one recipient. */
export interface Report {
  /** In lower case. */
  final?: string
  /** The address we sent to, where it was forwarded. In lower case. */
  original?: string
  status?: string
  reason?: string
}

const FINAL = ['final-recipient', 'x-actual-recipient', 'final-rcpt-to']
const ORIGINAL = ['original-recipient', 'original-rcpt-to', 'removal-recipient', 'x-hmxmroriginalrecipient']

/** RFC 3464 and RFC 5965 blocks, wherever in the texts they stand: some servers write them into the words. */
export function reportsIn(texts: readonly string[]): Report[] {
  const reports = texts.flatMap((text) => text.split(/\n\s*\n/).map(readBlock))
  const delayed = (one: Block) => /^(?:delayed|delivered|relayed|expanded)/i.test(one.action ?? '')
  const named = reports.filter(({ final, original }) => final !== undefined || original !== undefined)
  const failed = named.filter((one) => !delayed(one))
  const rest = reports.filter(({ status, reason }) => status !== undefined || reason !== undefined)
  return (failed.length > 0 ? failed : named.length > 0 ? named : rest).map(({ action: _, ...report }) => report)
}

type Block = Report & { action?: string }

function readBlock(block: string): Block {
  const found: Block = {}
  const unfolded = block.replace(/\n[ \t]+/g, ' ')
  for (const [, label = '', value = ''] of unfolded.matchAll(/^[ \t]*([A-Za-z][\w-]+)[ \t]*:[ \t]*(.*)$/gm)) {
    const name = label.toLowerCase()
    const address = FINAL.includes(name) || ORIGINAL.includes(name) ? addressOf(value) : undefined
    if (address !== undefined && FINAL.includes(name)) found.final ??= address
    if (address !== undefined && ORIGINAL.includes(name)) found.original ??= address
    if (name === 'action') found.action ??= value
    if (name === 'diagnostic-code') found.reason ??= value.replace(/^\s*[\w-]+\s*;\s*/, '').trim()
    const [status] = /^[245]\.\d{1,3}\.\d{1,3}/.exec(value) ?? []
    if (name === 'status' && status !== undefined) found.status ??= status
  }
  return found
}

/** "rfc822; a@b", "<a@b>", "a@b (comment)"; utf-8 addresses too. */
function addressOf(value: string): string | undefined {
  const bare = value.slice(0, 1_000).replace(/^\s*[\w-]+\s*;\s*/, '')
  const [found] = /[^\s<>"();,:]+@[^\s<>"();,:]+/.exec(bare) ?? []
  return found?.toLowerCase()
}
