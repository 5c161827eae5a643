import { signal } from '../signals.ts'

/**
 * A hook for code that is fetched when something on the screen first needs it. Undefined until it is here; when it cannot be
 * fetched, the next to need it tries again.
 */
function createLazy<T>(load: () => Promise<T>): (isNeeded: boolean) => T | undefined {
  const loaded = signal<T>()
  let isLoading = false
  return (isNeeded) => {
    if (isNeeded && !loaded.value && !isLoading) {
      isLoading = true
      load().then(
        (module) => {
          loaded.value = module
        },
        () => {
          isLoading = false
        },
      )
    }
    return loaded.value
  }
}

/** Draws cards, forms, media and Markdown. */
export const useRichParts = createLazy(() => import('./rich-parts.tsx'))

/** Says why something was not sent. */
export const useTrouble = createLazy(() => import('./trouble.tsx'))
