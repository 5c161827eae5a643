/** How files name who uploaded them by a channel; without an address it is the channel itself, for any of its contacts. */
export function ownerOf(channel: string, address = ''): string {
  return `${channel}:${address}`
}
