import { phoneWords } from './fake-phone-words.ts'

export interface PhonePage {
  account: string
  person: string
  accept: string
  follows: boolean
  /** The `Accept-Language` of the browser. */
  language: string
}

/** The page around the conversation, in the language of the browser. */
export function phonePage({ account, person, accept, follows, language }: PhonePage): string {
  const words = phoneWords(language)
  const settings = escaped(JSON.stringify({ words, account, person, follows }))
  const sheet = (name: string, text: string) => `<button type="button" data-do="${name}">${escaped(text)}</button>`
  return `<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>${escaped(account)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/phone/phone.css">
</head>
<body data-settings="${settings}">
<aside class="tools" aria-label="${escaped(words.putForward)}">
<p>${escaped(words.simulated)}</p>
<time id="clock" aria-label="${escaped(words.clock)}"></time>
<button type="button" data-ahead="3600000">${escaped(words.hour)}</button>
<button type="button" data-ahead="172800000">${escaped(words.window)}</button>
</aside>
<main class="phone">
<header><h1>${escaped(account)}</h1><p id="typing" role="status"></p></header>
<div id="log" role="log" tabindex="0" aria-label="${escaped(words.conversation)}"></div>
<section id="profile" hidden>
<div class="face" aria-hidden="true">${escaped([...account][0] ?? '')}</div>
<h2>${escaped(account)}</h2>
<p>${escaped(words.following)}</p>
<button type="button" class="main" data-do="follow">${escaped(words.follow)}</button>
<button type="button" data-do="scan">${escaped(words.scan)}</button>
</section>
<nav id="bar" aria-label="${escaped(words.menu)}" hidden></nav>
<form id="composer">
<textarea id="text" rows="1" maxlength="4096" enterkeyhint="send" aria-label="${escaped(words.write)}"></textarea>
<button type="button" id="more" aria-expanded="false" aria-controls="sheet" aria-label="${escaped(words.more)}"></button>
<button type="submit" class="main">${escaped(words.send)}</button>
</form>
<div id="sheet" hidden>
${sheet('picture', words.picture)}${sheet('location', words.location)}
${follows ? sheet('scan', words.scan) + sheet('unfollow', words.unfollow) : ''}${sheet('another', words.another)}
</div>
<p id="toast" role="alert"></p>
</main>
<input id="file" type="file" accept="${escaped(accept)}" aria-label="${escaped(words.picture)}" hidden>
<script src="/phone/phone.js" defer></script>
</body>
</html>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}

export const PHONE_STYLE = `
:root { color-scheme: light dark; --ground: light-dark(#ededed, #111); --raised: light-dark(#f7f7f7, #1b1b1b);
  --bubble: light-dark(#fff, #2c2c2c); --mine: light-dark(#95ec69, #266539); --ink: light-dark(#181818, #ededed);
  --quiet: light-dark(#5f5f5f, #a8a8a8); --line: light-dark(#d9d9d9, #303030); --green: #057a3c;
  --link: light-dark(#445c8c, #8fb0e8); }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; height: 100dvh; display: flex; flex-direction: column; align-items: center; background: var(--ground);
  color: var(--ink); font: 16px/1.45 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1, h2, p { margin: 0; }
button { font: inherit; color: inherit; background: var(--bubble); border: 0; border-radius: 6px; min-height: 40px; padding: 0 14px;
  cursor: pointer; }
button.main { background: var(--green); color: #fff; }
:focus-visible { outline: 2px solid light-dark(#1d4ed8, #93c5fd); outline-offset: 2px; }
.tools { width: 100%; max-width: 420px; display: flex; align-items: center; gap: 8px; padding: 6px 12px; font-size: 13px;
  flex-wrap: wrap; }
.tools p { flex: 1 0 100%; color: var(--quiet); }
.tools time { flex: 1; font-variant-numeric: tabular-nums; }
.tools button { min-height: 32px; border: 1px solid var(--line); border-radius: 999px; }
.phone { width: 100%; max-width: 420px; flex: 1; min-height: 0; display: flex; flex-direction: column; background: var(--ground);
  border-top: 1px solid var(--line); }
header { display: flex; flex-direction: column; align-items: center; justify-content: center; height: 52px; flex: none;
  border-bottom: 1px solid var(--line); padding: 0 16px; }
header h1 { font-size: 17px; font-weight: 600; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#typing { font-size: 12px; line-height: 1.2; color: var(--quiet); }
#typing:empty { display: none; }
#log { flex: 1; overflow-y: auto; padding: 12px; display: flex; flex-direction: column; gap: 12px; overscroll-behavior: contain; }
#log > :first-child { margin-top: auto; }
#profile { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 14px; padding: 24px;
  text-align: center; }
#profile button { width: 220px; min-height: 44px; }
#profile p { color: var(--quiet); }
.face { width: 72px; height: 72px; border-radius: 12px; background: var(--green); color: #fff; font-size: 32px; display: grid;
  place-items: center; }
.time, .notice { align-self: center; font-size: 13px; color: var(--quiet); text-align: center; max-width: 85%; }
.row { display: flex; gap: 10px; align-items: flex-start; }
.row.customer { flex-direction: row-reverse; }
.avatar { width: 40px; height: 40px; flex: none; border-radius: 6px; background: var(--green); color: #fff; display: grid;
  place-items: center; font-size: 16px; }
.customer .avatar { background: light-dark(#566a8c, #44587c); }
.bubble { position: relative; max-width: calc(100% - 106px); background: var(--bubble); border-radius: 6px; padding: 9px 12px;
  overflow-wrap: anywhere; white-space: pre-wrap; min-height: 40px; }
.bubble::before { content: ""; position: absolute; top: 14px; left: -5px; width: 12px; height: 12px; border-radius: 2px;
  background: inherit; transform: rotate(45deg); z-index: -1; }
.row { isolation: isolate; }
.customer .bubble { background: var(--mine); }
.customer .bubble::before { left: auto; right: -5px; }
.bubble.bare { padding: 0; background: none; line-height: 0; }
.bubble.bare::before { display: none; }
.bubble img, .bubble video { max-width: 100%; max-height: 260px; min-width: 40px; border-radius: 6px; outline: 1px solid var(--line); }
.bubble audio { width: 200px; height: 40px; max-width: 100%; }
.bubble small { display: block; color: var(--quiet); font-size: 13px; }
.customer .bubble small { color: inherit; }
.bubble a, .bubble .choice { color: var(--link); }
.customer .bubble a { color: inherit; }
.bubble .choice { display: block; width: 100%; text-align: left; padding: 6px 0; background: none; min-height: 36px; line-height: 24px;
  border-radius: 2px; }
.card { display: block; text-decoration: none; color: inherit; width: 232px; max-width: 100%; }
.card + .card { border-top: 1px solid var(--line); margin-top: 8px; padding-top: 8px; }
.card img { display: block; width: 100%; aspect-ratio: 2.35; object-fit: cover; margin-bottom: 6px; }
#bar { display: flex; border-top: 1px solid var(--line); background: var(--raised); flex: none; }
#bar > * { flex: 1; }
#bar > * + * { border-left: 1px solid var(--line); }
#bar button, #bar summary, #bar a { display: block; width: 100%; min-height: 44px; padding: 0; line-height: 44px; text-align: center;
  background: none; border-radius: 0; color: inherit; text-decoration: none; cursor: pointer; list-style: none; }
#bar details { position: relative; }
#bar details div { position: absolute; bottom: 48px; left: 4px; right: 4px; background: var(--bubble); border: 1px solid var(--line);
  border-radius: 8px; }
#composer { display: flex; align-items: flex-end; gap: 8px; padding: 8px 12px max(8px, env(safe-area-inset-bottom));
  background: var(--raised); border-top: 1px solid var(--line); flex: none; }
#text { flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--bubble); border: 1px solid transparent; border-radius: 6px;
  padding: 8px 10px; resize: none; height: 40px; max-height: 120px; field-sizing: content; }
#more { width: 40px; padding: 0; background: none; display: grid; place-items: center; }
#more::before { content: ""; width: 26px; height: 26px; border: 1.75px solid currentColor; border-radius: 50%;
  background: linear-gradient(currentColor, currentColor) center / 12px 1.75px no-repeat,
    linear-gradient(currentColor, currentColor) center / 1.75px 12px no-repeat; }
#sheet { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; padding: 4px 12px 12px; background: var(--raised); flex: none; }
#toast { position: fixed; top: 90px; left: 50%; transform: translateX(-50%); max-width: min(360px, calc(100vw - 32px)); padding: 10px 16px;
  border-radius: 8px; background: #262626; color: #fff; }
#toast:empty { display: none; }
dialog { border: 0; border-radius: 12px; background: var(--bubble); color: inherit; width: min(340px, calc(100vw - 32px)); padding: 20px; }
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog form { display: grid; gap: 12px; }
dialog label { display: grid; gap: 4px; font-size: 14px; }
dialog input { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; min-height: 40px;
  padding: 0 10px; }
dialog div { display: flex; justify-content: flex-end; gap: 8px; }
dialog button:not(.main) { background: var(--ground); }
@media (min-width: 640px) { body { padding-bottom: 24px; }
  .phone { border: 1px solid var(--line); border-radius: 28px; overflow: hidden; max-height: 820px; } }
`
