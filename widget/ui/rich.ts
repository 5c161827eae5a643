import { signal } from '../signals.ts'

type RichParts = typeof import('./rich-parts.tsx')

const loaded = signal<RichParts>()
let isLoading = false

/**
 * The code that draws cards, forms, media and Markdown, fetched when a message first needs it. Undefined until it is here;
 * when it cannot be fetched, the next message that needs it tries again.
 */
export function useRichParts(isNeeded: boolean): RichParts | undefined {
  if (isNeeded && !loaded.value && !isLoading) {
    isLoading = true
    import('./rich-parts.tsx').then(
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
