/** What a line of a mail is to the rest of it. */
export type LineKind =
  /** Words of somebody. */
  | 'text'
  | 'empty'
  /** Behind a quote mark. */
  | 'quote'
  /** "On … X wrote:", or one of the lines it is folded into. */
  | 'wrote'
  /** "From: …", as programs copy headers above what they quote. */
  | 'header'
  /** What follows is somebody else's mail: "-----Original Message-----". */
  | 'original'
  /** A rule of dashes or the like; what follows is no part of the message proper. */
  | 'rule'
  /** "Sent from my phone". */
  | 'device'

/** A name a program may give a header, as it stands before the colon. */
const FROM =
  'from|de|von|van|da|från|fra|lähettäjä|mittente|remitente|expéditeur|od|от|від|kimden|gönderen|feladó|nadawca|odesílatel|odosielateľ|expeditor|от кого|από|발신|보낸 사람|보낸사람|差出人|送信者|发件人|發件人|寄件者|寄件人|发信人|發信人|发送人|发自|由|від кого|dari|từ|จาก|מאת|من'
const OTHERS = [
  'sent|date|to|cc|bcc|copy|subject|reply[- ]?to|sender|organization|organisation|importance|attachments|resent-from',
  'envoyé|envoyé le|date d’envoi|à|a|objet|répondre à|copie à',
  'gesendet|datum|an|kopie|betreff|antwort an',
  'verzonden|aan|onderwerp|beantwoorden',
  'enviado|enviado el|enviada em|enviado em|fecha|data|para|asunto|assunto|responder a',
  'inviato|risposta|rispondi a|oggetto',
  'skickat|till|ämne|kopia|sendt|dato|til|emne|lähetetty|vastaanottaja|aihe',
  'wysłano|wysłane|data wysłania|do|dw|temat|odesláno|komu|kopie|předmět|odoslané|predmet|trimis|către|subiect',
  'отправлено|дата|кому|копия|тема|надіслано|копія',
  'gönderildi|tarih|kime|konu|elküldve|címzett|tárgy|dátum|στάλθηκε|προς|θέμα',
  '送信日時|日時|日付|宛先|件名|보낸 날짜|보낸날짜|날짜|받는 사람|받는사람|참조|제목',
  '发送时间|发送日期|发件时间|发信时间|日期|时间|收件人|收信人|抄送|抄送人|密送|主题|标题|回复地址|回复|附件',
  '寄件日期|傳送時間|傳送日期|發送時間|發送日期|發件時間|時間|收件者|收信者|副本|副本抄送|密件副本|主旨|主題|標題|回覆|附件',
  'tanggal|kepada|perihal|gửi|ngày|đến|chủ đề',
].join('|')
const LABEL = (names: string) => new RegExp(`^[\\s>|*_#•·-]*(?:${names})[\\s*_]*(?:[:：﹕]|\\|)[\\s*_]*(.*)$`, 'iu')
const FROM_LABEL = LABEL(FROM)
const ANY_LABEL = LABEL(`${FROM}|${OTHERS}`)

/** The spaces programs put between the signs of short labels ("主　题") removed. */
function tight(line: string): string {
  return line.replace(/(?<=^[\s>|*_#•·-]*\p{Script=Han})[\s\u3000]+(?=\p{Script=Han}{1,2}\s*[:：|])/u, '')
}

export function isHeader(line: string): boolean {
  return ANY_LABEL.test(tight(line))
}

export function isFromHeader(line: string): boolean {
  return FROM_LABEL.test(tight(line))
}

const SUBJECT_LABEL = LABEL(
  'subject|objet|betreff|onderwerp|asunto|assunto|oggetto|ämne|emne|aihe|temat|předmět|predmet|subiect|тема|konu|tárgy|θέμα|件名|제목|主题|标题|主旨|主題|標題|perihal|chủ đề',
)

/** Parcels and forms name senders, receivers and times, too; a subject is of mails alone. */
export function isSubjectHeader(line: string): boolean {
  return SUBJECT_LABEL.test(tight(line))
}

/** The word for writing, as it stands beside a name and a date, in the languages mail programs speak. */
const WROTE = new RegExp(
  [
    '\\b(?:wrote|writes|schrieb|schreibt|schreef|geschreven|skrev|skreiv|escribi[oó]|escreveu|scrisse|scritto)\\b',
    'a\\s+écrit|a\\s+ecrit|ha\\s+scrit|va\\s+escriure|ha\\s+escrito|idatzi',
    'napisał|napisała|pisze|napsal|napísal|napisao|napisala|napisal|je\\s+pisal|rašė|rakstīja|kirjutas|kirjoitti',
    'написал|написала|написа|пишет|пише|написав|писал|írta|a\\s+scris|yazdı|şunları\\s+yazdı|έγραψε|viết|menulis|เขียน|כתב|كتب',
    '写道|寫道|写到|寫到|写入|寫入|撰写|撰寫|写了|寫了|来信|のメール|書きました|님이\\s*작성|작성|さんからのメール',
  ].join('|'),
  'iu',
)
const ADDRESS = /[\w.+=-]+@[\w-]+(?:\.[\w-]+)+|[<([]\s*(?:mailto:)?[^<>\s@]+@/
const CLOCK = /\d{1,2}[:.：時时]\s?\d{2}/
const NUMERIC_DATE = /\d{1,4}\s?[./年-]\s?\d{1,2}\s?[./月-]\s?\d{1,4}/
const YEAR_AND_DAY = /(?<!\d)(?:\d{1,2}(?!\d)\D{1,24}(?:19|20)\d\d|(?:19|20)\d\d\D{1,24}\d{1,2})(?!\d)/
/** What a line that tells who wrote begins with, when it begins with words. */
const OPENING =
  /^["'“(*_]*(?:on|at|am|um|le|op|el|il|lo|em|no dia|den|på|w dniu|dnia|dne|dňa|a|az|la|pe|date|ngày|pada|quoting|citando|zitat|在|于|於)(?![\p{L}])/iu

function isDated(text: string): boolean {
  return CLOCK.test(text) || NUMERIC_DATE.test(text) || YEAR_AND_DAY.test(text)
}

/** Longest run of lines one "wrote:" is folded into, and its longest length. */
const WROTE_LINES = 6
const WROTE_LENGTH = 320

/**
 * How many lines from `start` on tell who wrote what follows; 0 when they do not. Programs fold such lines anywhere, even
 * at empty lines within an address.
 */
export function wroteLines(lines: readonly string[], start: number): number {
  const first = bare(lines[start] ?? '')
  if (first === '' || first.length > WROTE_LENGTH || !mayOpen(first)) return 0
  let joined = ''
  for (let count = 1; count <= WROTE_LINES && start + count <= lines.length; count += 1) {
    const next = bare(lines[start + count - 1] ?? '')
    if (next === '' && count > 1 && !/[<(,]\s*$/.test(joined) && !/^[<(]/.test(bare(lines[start + count] ?? '')))
      return 0
    if (
      count > 1 &&
      begins(next) &&
      !MAILBOX.test(joined) &&
      standsAlone(lines.slice(start + count - 1, start + count + 2))
    )
      return 0
    joined = `${joined} ${next}`.trim()
    if (joined.length > WROTE_LENGTH) return 0
    if (tellsWho(joined, bare(lines.slice(start + count, start + count + 6).find((one) => bare(one) !== '') ?? '')))
      return count
  }
  return 0
}

function bare(line: string): string {
  return line
    .replace(/[\u00a0\u3000\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .trim()
}

function mayOpen(line: string): boolean {
  const head = line.slice(0, 48)
  return (
    (OPENING.test(head) && /\d/.test(line)) ||
    isDated(head) ||
    WROTE.test(line) ||
    /^["“*]?[^:]{0,60}[<(]\S*@/.test(line)
  )
}

/** A name and its address alone: the rest of the sentence may be folded onto the next line. */
const MAILBOX = /^[^<>]{0,120}<[^<>\s]+@[^<>\s]+>\s*(?:[于於在,，]|on|am|el|le|il|em)?$/iu

/** The end of a folded line: a time of day and the word for writing, and nobody's name. */
const CLOCK_AND_WORD = /^(?:[上下]午|晚上|中午|凌晨)?\s?\d{1,2}[:.：时時]\s?\d{2}(?:\s?[ap]\.?m\.?)?\s?\S{0,12}[:：]$/iu

/** A line that can begin such a run by itself. */
function begins(line: string): boolean {
  if (CLOCK_AND_WORD.test(line)) return false
  return (OPENING.test(line) && /\d/.test(line)) || isDated(line.slice(0, 32))
}

/** Whether the first lines tell who wrote without those before them. */
function standsAlone([first = '', second = '', third = '']: readonly string[]): boolean {
  const one = bare(first)
  const two = `${one} ${bare(second)}`
  if (two.length > WROTE_LENGTH) return false
  return tellsWho(one, bare(second)) || tellsWho(two, bare(third))
}

const CLOSES = /[:：﹕]\s*[*_]*$/

function tellsWho(joined: string, next: string): boolean {
  const text = joined.replace(/^[-_*\s]{2,}|[\s*_-]{2,}$/g, '').trim()
  const closed = CLOSES.test(text) || /^-{2,}/.test(joined)
  const verb = WROTE.test(text)
  const addressed = ADDRESS.test(text)
  const quoted = /^[>＞|]/.test(next) && !WROTE.test(next)
  if (verb && closed && (isDated(text) || addressed)) return true
  if (verb && closed && OPENING.test(text) && /\d/.test(text) && quoted) return true
  if (verb && closed && quoted && text.length <= 100) return true
  if (verb && addressed && isDated(text) && /(?:道|到|入|wrote|schrieb)\s*$/u.test(text)) return true
  if (/^(?:quoting|citando|zitat von|zitiere|selon)\b.{2,120}:$/i.test(text) && (quoted || addressed)) return true
  const dateFirst = isDated(text.slice(0, 32)) && (/^\D{0,6}\d/.test(text) || OPENING.test(text))
  return dateFirst && addressed && (closed ? true : /[>)]\s*$/.test(text) && quoted) && text.length <= 200
}

const MESSAGE_WORDS =
  /original|forward|replied|reply|message|mensaje|mensagem|messaggio|nachricht|weitergeleitet|bericht|doorgestuurd|meddelande|besked|melding|viesti|wiadomość|zpráva|správa|сообщени|повідомлення|письм|mesaj|ileti|üzenet|邮件|郵件|信息|訊息|消息|原文|原信|转发|轉寄|轉發|回复|回覆|メッセージ|転送|원본|메시지|전달/iu

/** Longest line that is looked at for that. */
const ORIGINAL_LENGTH = 200

/** A line that says that the rest is another mail. `next` is the next line that is not empty. */
export function isOriginal(line: string, next: string): boolean {
  const text = bare(line).replace(/^>\s*/, '')
  if (text.length > ORIGINAL_LENGTH) return false
  const [, left = '', words = '', right = ''] =
    /^\W?([-_*=─—－~]{2,})\s*([^\s].{0,70}?)\s*([-_*=─—－~]{2,})\W?$/u.exec(text) ?? []
  if (left !== '' && right !== '' && !/^[-_*=─—－~\s]*$/u.test(words)) {
    if (MESSAGE_WORDS.test(words) && words.split(/\s+/).length <= 6) return true
    return left.length >= 4 && right.length >= 4 && isHeader(next)
  }
  if (
    /^(?:begin forwarded message|anfang der weitergeleiteten|début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|inicio del mensaje reenviado|vidarebefordrat brev|start videresendt|转发的邮件|以下是转发的邮件|開始轉寄郵件|开始转发的邮件)/iu.test(
      text,
    )
  )
    return /[:：]\s*$/.test(text)
  if (/^(?:原始邮件|原始郵件|回复的原邮件|original message|原邮件)\s*[:：]?$/iu.test(text)) return isHeader(next)
  return REPLY_ABOVE.test(text) || /^(?:>>|<<<) .{3,140} (?:>>>|<<<)$/.test(text)
}

/** What help desks put above their mails, ours among them. */
const REPLY_ABOVE =
  /^[-#=*\s>]*(?:please )?(?:type|write|enter|send)? ?(?:your )?(?:reply|response|answer|respond) (?:above|over) (?:this|the) line|^[-#=*\s]*请?在此(?:行|线)(?:以上|上方|之上)(?:回复|回覆|输入)|^[-#=*\s]*請?在此(?:行|線)(?:以上|上方|之上)回覆/iu

export function isRule(line: string): boolean {
  const text = bare(line)
  return (
    /^[-_=~*#+·•─━═—–－ᐧ\s]*$/u.test(text) &&
    /^(?:--|—|–|─|━|═|－－|ᐧ|[-_=~*#+]{3,}|[-_=~*#+](?:\s[-_=~*#+]){2,})/u.test(text)
  )
}

/** A rule of asterisks divides: mail programs and people do not sign with it. */
export function isDivider(line: string): boolean {
  return /^\s*\*(?:\s?\*){2,}\s*$/.test(line)
}

/** A line that says hello and nothing else. */
export function isGreeting(line: string): boolean {
  return GREETING.test(bare(line))
}

const GREETING =
  /^(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|sehr geehrte[r]?|guten (?:tag|morgen|abend)|moin|servus|bonjour|salut|bonsoir|ch[eè]re?|hola|buen[oa]s (?:d[ií]as|tardes|noches)|estimad[oa]|ol[áa]|oi|bom dia|boa (?:tarde|noite)|prezad[oa]|ciao|buongiorno|gentile|beste|geachte|dag|hej|hei|kära|kjære|cześć|dzień dobry|ahoj|dobrý den|здравствуйте|добрый (?:день|вечер)|привет|您好|你好|尊敬的|亲爱的|親愛的|早上好|下午好|晚上好|早安|午安)(?![\p{Script=Latin}\p{Script=Cyrillic}])[^.。?？]{0,40}$/iu

/** A sentence of the writer's own below a rule: then the rule only divides what they say. */
export function isSentence(line: string): boolean {
  const text = bare(line)
  return /^[^@|]{6,}[.。!！?？:：]$/u.test(text) && !/:\/\//.test(text) && !SMALL_PRINT.test(text)
}

/** What companies have printed below their mails. */
export function isSmallPrint(line: string): boolean {
  return SMALL_PRINT.test(line)
}

const SMALL_PRINT =
  /confidential|privileged|disclaimer|intended (?:only|solely)|unsubscribe|virus|mailing list|vertraulich|confidentiel|confidencial|保密|机密|機密|免责|免責|退订|取消订阅/iu

/** The words for sending, and the things people send from. */
const SENT_FROM = new RegExp(
  [
    '\\b(?:sent|posted|written|typed|dictated|mailed)\\b.{0,24}\\b(?:from|via|with|using|by|on|through)\\b.{1,60}',
    '(?:from|via) my (?:i?phone|ipad|mobile|cell|android|blackberry|tablet|galaxy|samsung|huawei|xiaomi).{0,30}',
    '\\S+ from (?:my )?mobile',
    '(?:get|obtenez|téléchargez|holen sie sich|descarga|obtén|obter|scarica|download|hämta|pobierz|获取|取得|下載|下载)(?:适用于|適用於)?\\s*\\[?\\s*(?:(?:iOS|Android|iPhone|iPad)\\s*[的版]?\\s*)?(?:outlook|boxer|mailbird|bluemail|spark|yahoo mail|gmail|canary).{0,40}',
    'envoyé (?:depuis|de|à partir|avec|via|par).{1,60}|provenance : courrier.{0,60}',
    '(?:von|mit|aus) .{0,40}(?:gesendet|verschickt|geschickt)|gesendet (?:von|mit|über|via).{1,60}|diese nachricht wurde von .{1,60} gesendet',
    'enviado (?:desde|do|de|a partir|com|pelo|con|via).{1,60}|enviada (?:do|de|pelo).{1,60}',
    'inviato (?:da|dal|con|tramite).{1,60}',
    '(?:verzonden|verstuurd|gestuurd) (?:vanaf|met|van|via|vanuit).{1,60}',
    '(?:skickat|sänt|skickades) (?:från|med|via).{1,60}|(?:sendt|send) (?:fra|med|via).{1,60}|lähetetty .{1,60}',
    '(?:wysłane|wysłano) (?:z|ze|za|przy).{1,60}|(?:odesláno|odoslané|poslané|posláno) (?:z|ze|zo|pomocí).{1,60}',
    '(?:отправлено|послано) (?:с|из|от|через|со).{1,60}|надіслано (?:з|із|зі).{1,60}',
    '.{1,40}(?:gönderildi|gönderilmiştir)|trimis (?:de|din|cu|prin).{1,60}|elküldve .{1,60}|στάλθηκε από.{1,60}',
    '.{0,40}(?:から送信|から送られ|より送信).{0,12}|.{0,40}에서 (?:보냄|보냈|전송).{0,12}|dikirim dari.{1,60}|được gửi từ.{1,60}',
    '(?:本|此|该)(?:邮件|郵件)(?:由|从|從|来自|來自).{1,40}(?:发送|發送|发出|寄出)?|(?:下载|获取)\\s*.{1,20}(?:邮箱|郵箱|客户端|大师)',
    'sendt? via .{1,40}|mobile?mail .{0,30}',
  ].join('|'),
  'iu',
)

/** What Chinese lines name as sending; parcels, friends and goods come "from" somewhere as well. */
const THING =
  /手机|手機|电话|電話|平板|电脑|電腦|笔记本|筆記本|设备|裝置|手表|手錶|邮箱|郵箱|信箱|邮件|郵件|客户端|用戶端|客戶端|应用|應用|微信|钉钉|釘釘|飞书|飛書|华为|華為|荣耀|榮耀|小米|红米|三星|魅族|一加|苹果|蘋果|安卓|网易邮箱大师|[a-z]/iu
const ENDS_WITH_THING = new RegExp(`(?:${THING.source}|[\\d)）+™®]|版|端)$`, 'iu')
const APOLOGY_CHINESE = /[,，。].{0,30}(?:见谅|見諒|原谅|原諒|谅解|包涵|简短|簡短).{0,10}$/u
const SENDS = /(?:发送|發送|发出|發出|傳送|寄出|传送|回复|回覆|发来)(?:的(?:邮件|郵件)?)?$/u

function isChineseDevice(line: string): boolean {
  const text = line.replace(APOLOGY_CHINESE, '').replace(/[\s。.!！]+$/u, '')
  const [, mine, from] =
    /^(?:发送|發送|发|發|来|來|寄|送|传|傳)自(?:于|於)?\s?((?:我|您)的?)?(.{1,40})$/u.exec(text) ?? []
  if (from !== undefined) {
    if (mine !== undefined && /^(?:发|發|傳|传)自/u.test(text) && /^[^,，。?？的]{1,14}$/u.test(from)) return true
    return THING.test(from) && ENDS_WITH_THING.test(from) && !/[,，。?？]/u.test(from)
  }
  const verbs = SENDS.exec(text)
  if (verbs === null || /[,，。?？]/u.test(text) || text.length > 60) return false
  const named = text.slice(0, verbs.index)
  const opened = /^(?:从|從|由|通过|透過|用|使用)/u.test(named)
  return opened ? THING.test(named) : /^(?:企业|企業)?(?:微信|钉钉|釘釘|飞书|飛書|手机|手機).{0,8}$/u.test(named)
}

/** Longest such line, its links included. */
const DEVICE_LENGTH = 1_000

/** A short line of its own that names the device or program. */
export function isDevice(line: string): boolean {
  if (line.length > DEVICE_LENGTH) return false
  const text = bare(line)
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<?https?:\/\/\S+|https?:\/\/\S*/g, ' ')
    .replace(/^[\s<>([{"'*_~-]+|[\s>)\]}"'*_~]+$/g, '')
    .trim()
  if (text === '' || text.length > 110) return false
  if (isChineseDevice(text)) return true
  if (TELLS.test(text) && !APOLOGY.test(text)) return false
  const [found] = SENT_FROM.exec(text) ?? []
  if (found === undefined) return false
  return text.startsWith(found.slice(0, 8)) && (text.length <= found.length + 50 || APOLOGY.test(text))
}

/** Words of somebody who tells when or what was sent. */
const TELLS =
  /[?？]$|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow|last|ago|not|never|still|order|parcel|package|invoice|courier|warehouse|tracking)\b/iu
const APOLOGY = /excuse|forgive|pardon|apolog|sorry|typos?\b/iu
