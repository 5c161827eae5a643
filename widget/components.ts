import { type Component, options, type VNode } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { beginReading, computed, createReaction, effect, type ReadonlySignal, type Signal, signal } from './signals.ts'

/** Preact's internals as its own add-ons use them: `__r` is called before a component renders, `__e` when one has thrown. */
type Internal = VNode & { __c?: Component | null }
type Hook = 'diffed' | 'unmount' | '__r' | '__e'
const hooks = options as unknown as Record<Hook, ((...parameters: unknown[]) => void) | undefined>

const reactions = new WeakMap<Component, ReturnType<typeof createReaction>>()
let endRender: (() => void) | undefined

function end() {
  endRender?.()
  endRender = undefined
}

function before(hook: Hook, run: (node: Internal) => void) {
  const former = hooks[hook]
  hooks[hook] = (...parameters) => {
    run(parameters[hook === '__e' ? 1 : 0] as Internal)
    former?.(...parameters)
  }
}

/** Components render again when a signal changes that they read while rendering. */
before('__r', ({ __c: component }) => {
  end()
  if (!component) return
  const reaction = reactions.get(component) ?? createReaction(() => component.setState({}))
  reactions.set(component, reaction)
  endRender = beginReading(reaction)
})
before('diffed', end)
before('__e', end)
before('unmount', ({ __c: component }) => component && reactions.get(component)?.stop())

export function useSignal<T>(initial: T): Signal<T> {
  return useMemo(() => signal(initial), [])
}

export function useComputed<T>(compute: () => T): ReadonlySignal<T> {
  const latest = useRef(compute)
  latest.current = compute
  return useMemo(() => computed(() => latest.current()), [])
}

export function useSignalEffect(run: () => unknown) {
  const latest = useRef(run)
  latest.current = run
  useEffect(() => effect(() => latest.current()), [])
}
