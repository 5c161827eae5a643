/** What a measured server process is asked by its parent, over IPC; it answers with a number. */
export type Measure =
  /** Microseconds of CPU since the process began, user and system. */
  | 'cpu'
  /** Resident bytes, after a collection when the process runs with --expose-gc. */
  | 'memory'

/** Says where the server listens and answers its parent; the process ends with it. */
export function reportTo(parent: NodeJS.Process, url: string): void {
  parent.on('message', (asked: Measure) => parent.send?.(asked === 'cpu' ? cpu() : memory()))
  parent.once('disconnect', () => process.exit())
  parent.send?.({ url })
}

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function memory(): number {
  globalThis.gc?.()
  return process.memoryUsage.rss()
}
