import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Words } from '../locales/en.ts'
import { botName, botsOf } from '../model/bots.ts'
import { channelName } from '../model/channels.ts'
import type { Format } from '../model/format.ts'
import type { Workspace } from '../model/workspace.ts'

export const DeskContext = createContext<Workspace | undefined>(undefined)

/** The workspace with the words, formats and names of channels and bots in the chosen language. */
export function useDesk(): {
  desk: Workspace
  words: Words
  format: Format
  channelName(id: string): string
  botName(id: string): string
} {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('useDesk() is for components inside <DeskContext.Provider>')
  const words = desk.preferences.words.value
  return {
    desk,
    words,
    format: desk.preferences.format.value,
    channelName: (id) => channelName(id, desk.channels.value, words),
    botName: (id) => botName(id, botsOf(desk.item.value?.conversation.site, desk.sites.value), words),
  }
}
