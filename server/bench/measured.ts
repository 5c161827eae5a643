/** What a measured server process tells its parent, over IPC. */
export interface Usage {
  /** Microseconds of CPU since the process began, user and system. */
  cpu: number
  /** Resident bytes, after a collection when the process runs with --expose-gc. */
  rss: number
}

/** Says where the server listens and answers every `usage` of the parent; the process ends with its parent. */
export function reportTo(parent: NodeJS.Process, url: string): void {
  parent.on('message', () => {
    // Read first: the collection is ours, not the load's.
    const { user, system } = process.cpuUsage()
    globalThis.gc?.()
    parent.send?.({ cpu: user + system, rss: process.memoryUsage.rss() } satisfies Usage)
  })
  parent.once('disconnect', () => process.exit())
  parent.send?.({ url })
}
