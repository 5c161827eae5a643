/** What programs call the answers they give by themselves. */
const NAMES = [
  'auto(?:matic|mated)?[-_ ]?(?:reply|response|responder|antwort)',
  'out[- ]of[- ](?:the[- ])?office(?: (?:auto-?reply|reply|response|message|notification|notice))?',
  'vacation (?:reply|response|notice)|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta autom[áa]tica',
  'resposta autom[áa]tica|risposta automatica|automatisch antwoord|autosvar|automatiskt? svar|automaattinen vastaus',
  'automatyczna odpowiedź|odpowiedź automatyczna|автоответ|автоматический ответ|自動応答|자동\\s?회신|자동\\s?응답',
  '(?:系统|系統|邮件|郵件|假期|休假|外出|离开|離開)?(?:自动|自動)(?:回复|回復|回覆|答复|答覆|应答|應答|回信|回执|回條|响应)',
].join('|')

/** Where a person is. People write about it, too, so only a colon or the subject that is answered may follow. */
const PLACES = [
  'ooo|away|abwesend|(?:away from|out of) (?:the |my )?office|on (?:\\w+ )?(?:leave|vacation|holiday)',
  '(?:我|目前|正在|已){0,3}(?:外出|不在(?:办公室|辦公室|公司|座位))(?:中|通知|提醒)?',
  '(?:我|目前|正在|已){0,3}(?:休假|出差|请假|請假|度假|离开办公室|離開辦公室)(?:中|期间|期間|通知|提醒)',
].join('|')

const OPEN = '[\\[【（(「]?\\s*'
const AFTER_NAME = '(?=\\s*(?:$|[:：\\-–—|\\]】）)（(【\\[!！.。」]|(?:re|aw|fwd?)\\s*:|from\\b|for\\b))'
const AFTER_PLACE = '(?=\\s*(?:[:：\\]】]|(?:re|aw|fwd?|回复|回覆)\\s*[:：]))'
/** A help desk's number may stand before it. */
const SUBJECT = new RegExp(
  `^(?:\\[[^\\]]{1,60}\\]\\s*)?${OPEN}(?:(?:${NAMES})${AFTER_NAME}|(?:${PLACES})${AFTER_PLACE})`,
  'iu',
)
const NOTES =
  /^[^?？]{2,60} is (?:currently )?(?:out of|away from) (?:the )?office\.?(?:\s*(?:[(:-]|until\b|from\b|till\b).{0,80})?$/iu
const ANSWERED = /^(?:re|aw|sv|回复|回覆|答复|答覆)\s*[:：]\s*/iu

/**
 * Whether a program named its answer so. Only a whole beginning counts, and what ends it: people write about holidays and
 * automatic replies, too. Who answers such a mail (`answers`: it names the mail it answers) keeps its subject behind "Re:".
 */
export function isAutomaticSubject(subject: string, { answers }: { answers: boolean }): boolean {
  const text = subject.trim()
  const bare = text.replace(ANSWERED, '')
  return (bare === text || !answers) && (SUBJECT.test(bare) || NOTES.test(bare))
}
