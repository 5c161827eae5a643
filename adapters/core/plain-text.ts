/**
 * Markdown as a person would type it without marks: emphasis, code fences and headings lose their signs, links keep their
 * address in brackets, lists and quotes stay. Never empty: text made of nothing but marks is returned as it is.
 */
export function plainText(markdown: string): string {
  const plain = markdown
    .split(/(^ {0,3}```[^\n]*\n[\s\S]*?^ {0,3}```[ \t]*$)/m)
    .map((block, index) => (index % 2 === 1 ? fenced(block) : inline(block)))
    .join('')
  return plain.trim() === '' ? markdown : plain
}

function fenced(block: string): string {
  return block.replace(/^ {0,3}```[^\n]*\n/, '').replace(/\n? {0,3}```[ \t]*$/, '')
}

function inline(block: string): string {
  return block
    .split(/(`[^`\n]+`)/)
    .map((run, index) => (index % 2 === 1 ? run.slice(1, -1) : marks(run)))
    .join('')
}

/** A heading without the signs that may close it. */
function unclosed(heading: string): string {
  let end = heading.length
  while (end > 0 && ' \t#'.includes(heading.charAt(end - 1))) end -= 1
  return heading.slice(0, end)
}

/** Escaped signs are parked in the private use area while the real ones are removed. */
const PARKED = 0xe000

function marks(run: string): string {
  return run
    .replace(/\\([!-/:-@[-`{-~])/g, (_, sign: string) => String.fromCharCode(PARKED + sign.charCodeAt(0)))
    .replace(
      /!?\[([^[\]\n]{0,1000})\]\(<?([^\s)>]{1,2048})>?(?:\s{1,20}"[^"\n]{0,500}")?\)/g,
      (_, label: string, url: string) => (label === '' || label === url ? url : `${label} (${url})`),
    )
    .replace(/<((?:https?:\/\/|mailto:)[^\s<>]{1,2048})>/g, '$1')
    .replace(/^ {0,3}#{1,6}[ \t]+(.*)$/gm, (_, heading: string) => unclosed(heading))
    .replace(/(\*\*\*|\*\*|~~)(?=\S)([\s\S]{0,1000}?\S)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}_])(__|_)(?=\S)([^\n]{0,300}?[^\s_])\1(?![\p{L}\p{N}_])/gu, '$2')
    .replace(/(?<![\p{L}\p{N}*])\*(?=[^\s*])([^\n*]*[^\s*])\*(?![\p{L}\p{N}*])/gu, '$1')
    .replace(/[\uE021-\uE07E]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - PARKED))
}
