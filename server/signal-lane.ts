import { type Signal, streamedText } from '@hutong/core/signal'

export interface SignalLane {
  push(signal: Signal): void
  stop(): void
}

const AGAIN = 50

/**
 * Passes signals to one reader. While its connection is busy only the newest of each kind and sender is kept, the pieces of a
 * growing text as one, so a slow reader costs a bounded amount of memory and still learns how things stand.
 */
export function createSignalLane(options: { free(): boolean; send(signal: Signal): void }): SignalLane {
  const waiting = new Map<string, Signal>()
  let timer: NodeJS.Timeout | undefined

  function flush() {
    timer = undefined
    if (!options.free()) return later()
    const signals = [...waiting.values()]
    waiting.clear()
    for (const signal of signals) options.send(signal)
  }

  function later() {
    timer ??= setTimeout(flush, AGAIN).unref()
  }

  return {
    push(signal) {
      if (waiting.size === 0 && options.free()) return options.send(signal)
      const name = `${signal.kind} ${signal.from.id}`
      waiting.set(name, joined(waiting.get(name), signal))
      later()
    },
    stop() {
      clearTimeout(timer)
      waiting.clear()
    },
  }
}

function joined(before: Signal | undefined, signal: Signal): Signal {
  if (before?.kind !== 'stream' || signal.kind !== 'stream' || !signal.at || before.key !== signal.key) return signal
  const text = streamedText(before.text, { ...signal, at: signal.at - (before.at ?? 0) })
  return text === undefined ? signal : { ...before, text }
}
