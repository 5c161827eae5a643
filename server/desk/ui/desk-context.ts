import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Words } from '../locales/en.ts'
import type { Format } from '../model/format.ts'
import type { Workspace } from '../model/workspace.ts'

export const DeskContext = createContext<Workspace | undefined>(undefined)

/** The workspace with the words and formats of the chosen language. */
export function useDesk(): { desk: Workspace; words: Words; format: Format } {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('useDesk() is for components inside <DeskContext.Provider>')
  return { desk, words: desk.preferences.words.value, format: desk.preferences.format.value }
}
