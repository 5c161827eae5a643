/**
 * Bytes as text, whatever their label says. A label is a claim: senders write gb2312 and mean gb18030, write us-ascii and
 * send GBK, or write nothing. Bytes that are valid UTF-8 with something beyond ASCII in them are UTF-8: no other charset
 * comes out valid by chance.
 */
export function decodeText(bytes: Uint8Array, label?: string): string {
  const named = encodingOf(label)
  if (/^(utf-16|iso-2022)/.test(named ?? '')) return read(bytes, named ?? '')
  const utf8 = strictly(bytes, 'utf-8')
  if (utf8 !== undefined && !ESCAPED.test(utf8)) return byChance(bytes, { utf8, named }) ?? utf8
  const labelled = named === undefined || named === 'utf-8' ? undefined : strictly(bytes, named)
  if (labelled === undefined) return guess(bytes) ?? read(bytes, named ?? 'utf-8')
  if (SINGLE_BYTE.test(named ?? '')) return looksChinese(bytes) ? (guess(bytes) ?? labelled) : labelled
  return CHINESE.includes(named ?? '') ? clearlyOther(bytes, labelled) : labelled
}

/** Short Chinese of two-byte charsets is sometimes UTF-8 by chance, 「谢谢」 for one: then of signs of two bytes alone. */
function byChance(bytes: Uint8Array, { utf8, named }: { utf8: string; named: string | undefined }): string | undefined {
  if (!CHINESE.includes(named ?? '') || /[\u0800-\uffff]/.test(utf8)) return undefined
  const labelled = strictly(bytes, named ?? '')
  return labelled !== undefined && usual(labelled.slice(0, SAMPLE)) >= beyond(labelled) && beyond(labelled) > 0
    ? labelled
    : undefined
}

/** What charsets of seven bits begin their shifts with. */
const ESCAPED = new RegExp(`${String.fromCharCode(27)}[$(]`)
/** Labels that any byte is valid in, so that being valid proves nothing. */
const SINGLE_BYTE = /^(windows-125|iso-8859-|macintosh|koi8|ibm866|x-mac)/

const CHINESE = ['gb18030', 'big5']

/** Names that mail programs use and the encoding standard does not know. */
const ALIASES: Readonly<Record<string, string>> = {
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  euccn: 'gb18030',
  'euc-cn': 'gb18030',
  'gb_18030-2000': 'gb18030',
  'gb18030-2000': 'gb18030',
  'gb18030-2005': 'gb18030',
  'gb18030-2022': 'gb18030',
  'gb-18030': 'gb18030',
  'gb-2312': 'gb18030',
  'hz-gb-2312': 'gb18030',
  'zh-cn': 'gb18030',
  cp950: 'big5',
  ms950: 'big5',
  'windows-950': 'big5',
  'big5-eten': 'big5',
  'big-5': 'big5',
  'x-big5': 'big5',
  'zh-tw': 'big5',
  utf7: 'utf-8',
  utf8mb4: 'utf-8',
  'utf-8mb4': 'utf-8',
  cp932: 'shift_jis',
  cp949: 'euc-kr',
  latin1: 'windows-1252',
}

/** The WHATWG name of a label; undefined for one that says nothing (us-ascii, unknown-8bit, nonsense). */
export function encodingOf(label: string | undefined): string | undefined {
  const asked = (label ?? '')
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '')
  if (asked === '' || /^(us-)?ascii$|^ansi_x3|unknown|^7bit$|^8bit$|^binary$|^default/.test(asked)) return undefined
  const bare = asked.replace(/^cs(?=[a-z])/, '')
  const candidates = [asked, ALIASES[asked], bare, ALIASES[bare], asked.replace(/^x-/, ''), asked.replace(/_/g, '-')]
  const known = candidates.map((one) => (one === undefined ? undefined : standard(ALIASES[one] ?? one))).find(Boolean)
  return known === 'gbk' ? 'gb18030' : known
}

function standard(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

function strictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function read(bytes: Uint8Array, encoding: string): string {
  return new TextDecoder(encoding).decode(bytes)
}

/** How many signs tell what a text is. */
const SAMPLE = 20_000

/** Chinese in the charset that makes the more usual text of the bytes. */
function guess(bytes: Uint8Array): string | undefined {
  const best = readings(bytes)[0]
  return best !== undefined && best.score > 0 ? best.text : undefined
}

/** The bytes in every Chinese charset they are valid in, the most usual text first. */
function readings(bytes: Uint8Array): { text: string; score: number }[] {
  return CHINESE.map((one) => strictly(bytes, one))
    .filter((one) => one !== undefined)
    .map((text) => ({ text, score: usual(text.slice(0, SAMPLE)) }))
    .sort((a, b) => b.score - a.score)
}

/** How much better by the sign another reading must be, and of how many signs, for the label to be wrong. */
const CLEARLY = 0.7
const SIGNS_MIN = 4

/** Taiwanese under a mainland label, or the other way round: both charsets take most bytes of each other. */
function clearlyOther(bytes: Uint8Array, labelled: string): string {
  const best = readings(bytes)[0]
  if (best === undefined || best.text === labelled) return labelled
  const signs = beyond(best.text)
  const bySign = best.score / signs
  const given = usual(labelled.slice(0, SAMPLE)) / Math.max(1, beyond(labelled))
  return signs >= SIGNS_MIN && bySign >= 1 && bySign - given >= CLEARLY ? best.text : labelled
}

/** Bytes of a single-byte text rarely come in the pairs that Chinese charsets are made of. */
function looksChinese(bytes: Uint8Array): boolean {
  const best = readings(bytes)[0]
  const signs = best === undefined ? 0 : beyond(best.text)
  return best !== undefined && signs >= 2 && best.score / signs > 0.8
}

/** Signs beyond ASCII in the sample of a text. */
function beyond(text: string): number {
  return [...text.slice(0, SAMPLE)].filter((sign) => sign > '\u007f').length
}

const COMMON =
  '的一是了我不人在他有这上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果走将月十实向声车全信重三机工物气每并别真打太新比才便夫再书部水像眼等体却加电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐色您谢请吗货单寄订买卖价钱邮运费换退收送件'
const COMMON_TW =
  '這們來時為說國著裡後會過對學麼發當沒還樣種開總從無現頭經長兒愛給間兩親進話與見問點幾將實聲車氣別電書體門許寫馬樂難結謝請嗎貨單訂買賣價錢郵運費換還應週'
const COMMON_SIGNS = new Set([...COMMON, ...COMMON_TW])

/** How much of a text is Chinese as it is written every day, less what nobody writes. */
function usual(text: string): number {
  let sum = 0
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0
    if (COMMON_SIGNS.has(sign)) sum += 3
    else if (code >= 0x4e00 && code <= 0x9fff) sum += 0.5
    else if (/[，。！？、：；“”（）《》]/.test(sign)) sum += 2
    else if (code > 0x7f) sum -= 2
  }
  return sum
}
