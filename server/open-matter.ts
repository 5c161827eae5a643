const ENGLISH = [
  'still (?!happy|great|good|satisfied|pleased|very|recommend|think|love|like|fine|ok|the best)\\w+',
  "(?:not|\\w+n't|cannot|never|nothing|no longer)(?: \\w+){0,2} (?:yet|anymore|work(?:s|ing|ed)?|arrived?|come|came|received?|solved?|fixed|resolved?|delivered|refunded|gone away|possible|help(?:ed)?)",
  '(?:work(?:s|ing)?|open|start|charge|connect|load|log ?in) (?:no longer|not)',
  "(?:is|are|it's|its|that's|got|now|again|also) (?:\\w+ ){0,2}(?:broken|missing|lost|damaged|defective|faulty|wrong|stuck|down|dead|leaking|gone|back)",
  '(?:broke|fail(?:s|ed)|stop(?:s|ped)|crash(?:es|ed)|happen(?:s|ed)|died?|went (?:wrong|down|off)|came back|disconnected|leak(?:s|ed)) (?:\\w+ ){0,2}(?:again|today|now|already|after|since|once more)',
  'keeps? (?:on )?(?:\\w+ing|coming back)',
  '(?:problem|issue|error|fault|trouble)s? (?:is back|(?:came|comes|is coming|are) back|returned|again|remains?|persists?|continues?)',
  '(?:again|same) (?:broken|down|problem|issue|error|fault)',
  '(?:another|new|different|other) (?:problem|issue|error|fault|question|matter)',
]
const CHINESE = [
  '又(?:是|都|给|全|把.{1,6})?(?:坏|不|没|出|断|掉|卡|错|开始|来了|丢|漏|黑|死|停|崩|这样|那样|犯|失败|报错|有问题)',
  '(?:再次|再度|重新|重复)(?:坏|出|断|发生|失败|报错)',
  '(?:还|仍|依然|依旧|现在|目前|至今|一直|始终|还是)(?:都|是|然|旧)*(?:没|未|不(?!错|赖|坏|满|好|太|是|够|会|怎|贵|难|慢|麻烦|用等|用排))',
  '还(?:在(?:等|坏|卡)|有(?:个|些|别的|其他|另一?)?(?:问题|故障))',
  '没(?:有)?(?:收到|到货|送到|修好|修|弄好|处理|恢复|退款|到账|解决|反应|发货)',
  '(?:用|打|登|连|开|充|退|付|收|看|下载|安装)不(?:了|开|上|到|进去|动|出来)',
  '(?:坏|丢|断|崩溃?|死机|漏水|漏油|黑屏|不见|不行|不能用|不灵|失灵|反复|复发)了',
  '(?:不能|无法|没法)(?:正常)?(?:用|使用|工作|登录|打开|连接|充电|付款)',
  '(?:还|又|另外|新|别的)(?:有|出|的)*(?:问题|故障|毛病)',
]
const OPEN = new RegExp(`\\b(?:${ENGLISH.join('|')})\\b|${CHINESE.join('|')}`, 'i')

/** Whether these words, in simplified signs, tell of trouble that is not over: "it broke again", "still waiting", "又坏了", "还没收到". */
export function isOpenMatter(said: string): boolean {
  return OPEN.test(said.replaceAll('’', "'"))
}
