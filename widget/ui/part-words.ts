import { useScope } from './scope.ts'

const en = {
  openImage: 'Open picture in a new tab',
  download: (name: string) => `Download ${name}`,
  map: 'Open map',
  submit: 'Send',
  required: 'Please fill this in.',
  badEmail: 'Please write an e-mail address like name@example.com.',
  badNumber: 'Please write a number.',
  optional: 'optional',
  select: 'Please choose',
  yes: 'Yes',
  no: 'No',
  rateUs: 'How was this conversation?',
  thanks: 'Thank you for your feedback.',
  scales: {
    csat: ['Very bad', 'Bad', 'Fair', 'Good', 'Very good'],
    nps: ['Not at all likely', 'Very likely'],
    ces: ['Very hard', 'Very easy'],
    solved: ['Not solved', 'Solved'],
  },
  questions: {
    csat: 'How satisfied are you?',
    nps: 'How likely are you to recommend us?',
    ces: 'How easy was it to get help?',
    solved: 'Has your question been answered?',
  },
  cancel: 'Cancel upload',
}

export type PartWords = typeof en

const zh: PartWords = {
  openImage: '在新标签页中查看图片',
  download: (name) => `下载${name}`,
  map: '查看地图',
  submit: '提交',
  required: '请填写此项。',
  badEmail: '请填写有效的邮箱地址，例如 name@example.com。',
  badNumber: '请填写数字。',
  optional: '选填',
  select: '请选择',
  yes: '是',
  no: '否',
  rateUs: '您对本次服务满意吗？',
  thanks: '感谢您的评价。',
  scales: {
    csat: ['非常不满意', '不满意', '一般', '满意', '非常满意'],
    nps: ['完全不会', '非常愿意'],
    ces: ['非常费力', '非常轻松'],
    solved: ['未解决', '已解决'],
  },
  questions: {
    csat: '您对本次服务满意吗？',
    nps: '您愿意向朋友推荐我们吗？',
    ces: '这次获得帮助轻松吗？',
    solved: '您的问题解决了吗？',
  },
  cancel: '取消上传',
}

/** In every language, as they come with the code that needs them. */
export const PART_WORDS = { en, zh } as const

export function usePartWords(): PartWords {
  return PART_WORDS[useScope().locale.tag.startsWith('zh') ? 'zh' : 'en']
}
