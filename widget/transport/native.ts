import type { Link, LinkHandlers, LinkTarget } from './link.ts'
import { refusal } from './link.ts'

/** Longest silence before the relay has said its own ping times, in milliseconds. */
const HANDSHAKE_MS = 10_000

/**
 * The Socket.IO v5 protocol over one native WebSocket: no binary packets, no other namespace than "/". A line on which
 * nothing was heard for a ping interval and its timeout is taken for dead.
 */
export function openNativeLink(target: LinkTarget, handlers: LinkHandlers): Link {
  const socket = new WebSocket(
    `${target.relay.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket&site=${encodeURIComponent(target.site)}`,
  )
  const waiting = new Map<number, (answer: unknown) => void>()
  let lastId = 0
  let allowedSilence = HANDSHAKE_MS
  let silence: ReturnType<typeof setTimeout> | undefined

  function close() {
    clearTimeout(silence)
    socket.onmessage = socket.onclose = null
    socket.close()
  }
  const end: LinkHandlers['end'] = (error) => {
    close()
    handlers.end(error)
  }
  function packet(text: string) {
    const [, type, id = '', json = ''] = /^(\d)(\d*)(.*)$/s.exec(text) ?? []
    if (type === '1') return end()
    const content = json === '' ? undefined : JSON.parse(json)
    if (type === '2') handlers.event(content[0], content[1])
    else if (type === '4') end(refusal(content))
    else if (type === '3') {
      waiting.get(Number(id))?.(content[0])
      waiting.delete(Number(id))
    }
  }
  function frame(data: unknown) {
    clearTimeout(silence)
    silence = setTimeout(end, allowedSilence)
    const text = String(data)
    const rest = text.slice(1)
    if (text[0] === '2') socket.send('3')
    else if (text[0] === '4') packet(rest)
    else if (text[0] === '1') end()
    else if (text[0] === '0') {
      const { pingInterval, pingTimeout } = JSON.parse(rest)
      allowedSilence = pingInterval + pingTimeout
      socket.send(`40${JSON.stringify(target.auth)}`)
    }
  }

  silence = setTimeout(end, allowedSilence)
  socket.onclose = () => end()
  socket.onmessage = ({ data }) => {
    try {
      frame(data)
    } catch {
      // Whoever speaks another protocol is no relay: the line is as good as lost.
      end()
    }
  }
  return {
    emit(event, packet, answered) {
      if (socket.readyState !== WebSocket.OPEN) return
      let id = ''
      if (answered) {
        id = String(++lastId)
        waiting.set(lastId, answered)
      }
      socket.send(`42${id}${JSON.stringify([event, packet])}`)
    },
    close,
  }
}
