import { type ReadonlySignal, signal } from '@preact/signals'

export interface Notice {
  id: number
  text: string
  tone: 'plain' | 'bad'
  /** What can still be taken back. */
  undo?: () => void
}

/** Short messages that go away by themselves. */
export interface Notices {
  readonly shown: ReadonlySignal<readonly Notice[]>
  show(notice: { text: string; tone?: Notice['tone']; undo?: () => void }): void
  dismiss(id: number): void
  /** Takes back what the notice tells of. */
  undo(id: number): void
}

const PLAIN_MS = 5_000
/** Long enough to notice a slip and take it back. */
const UNDO_MS = 10_000

export function createNotices(): Notices {
  const shown = signal<readonly Notice[]>([])
  let count = 0

  function dismiss(id: number) {
    shown.value = shown.peek().filter((one) => one.id !== id)
  }

  return {
    shown,
    dismiss,
    undo(id) {
      shown
        .peek()
        .find((one) => one.id === id)
        ?.undo?.()
      dismiss(id)
    },
    show({ text, tone = 'plain', undo }) {
      count += 1
      const id = count
      shown.value = [...shown.peek().slice(-2), { id, text, tone, ...(undo && { undo }) }]
      setTimeout(() => dismiss(id), undo ? UNDO_MS : PLAIN_MS)
    },
  }
}
