import { type Config, sitesOf } from './config.ts'

/** What of a file is taken: at most so many bytes, of these media types. */
export interface FileLimits {
  maxBytes: number
  /** `image/*` stands for a family of them, and a star on both sides for anything at all. */
  types: readonly string[]
}

const MIB = 1024 * 1024
/** What customers send by their own means is theirs to choose: readers get it as a download unless it is known to be harmless. */
const FROM_PLATFORMS: FileLimits = { maxBytes: 50 * MIB, types: ['*/*'] }

/** What a site takes of its visitors and agents, and what its other channels take of customers. */
export function fileLimits(config: Config): (site: string, channel: string | undefined) => FileLimits {
  const uploads = new Map(sitesOf(config).map((site) => [site.id, site.uploads]))
  const attachments = new Map(
    config.channels.map((one) => [one.id, 'attachments' in one ? one.attachments : FROM_PLATFORMS]),
  )
  return (site, channel) =>
    (channel === undefined ? uploads.get(site) : attachments.get(channel)) ?? { maxBytes: 0, types: [] }
}
