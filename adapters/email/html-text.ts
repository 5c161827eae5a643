/** RFC 3676: soft breaks undone, stuffed spaces removed; the signature mark and quote depths end a paragraph. */
export function unfold(text: string, deleteSpace: boolean): string {
  const lines: string[] = []
  let open: string | undefined
  for (const raw of text.split('\n')) {
    const [, marks = '', content = ''] = /^(>*)(.*)$/s.exec(raw) ?? []
    const line = content.startsWith(' ') ? content.slice(1) : content
    const soft = line.endsWith(' ') && line !== '-- '
    const joins = open === marks && line !== '-- '
    const said = soft && deleteSpace ? line.slice(0, -1) : line
    if (joins) lines[lines.length - 1] += said
    else lines.push(marks === '' ? said : `${marks} ${said}`)
    open = soft ? marks : undefined
  }
  return lines.join('\n')
}

/** HTML as a person reads it. */
export function textOfHtml(html: string): string {
  return html.replace(/<[^>]*>/g, ' ')
}
