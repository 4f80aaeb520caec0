import type { Catalogue } from '#web/ui/language.ts';

/** Where a sale goes by name. */
export const HOLDER_WORDS = {
  'holder.title': { zh: '观赛人', en: 'Who is coming' },
  'holder.why': {
    zh: '这场比赛实名购票，一人一证一票。证件号加密保存，任何页面都不显示，赛后删除。',
    en: 'Tickets of this match are bound to their holders: one document, one ticket. Numbers are kept encrypted, shown on no page, and deleted after the match.',
  },
  'holder.name': { zh: '姓名（同证件）', en: 'Name, as in the document' },
  'holder.kind': { zh: '证件', en: 'Document' },
  'holder.number': { zh: '{kind}号码', en: '{kind}: number' },
  'holder.shape': {
    zh: '号码的位数或写法不对，请核对。',
    en: 'No number of this document is written so. Please look again.',
  },
  'holder.check-digit': {
    zh: '号码有一位不对，请逐位核对。',
    en: 'One character of the number is wrong. Please compare each one.',
  },
  'document.resident-id': { zh: '居民身份证', en: 'Resident identity card' },
  'document.passport': { zh: '护照', en: 'Passport' },
  'document.home-return-permit': {
    zh: '港澳居民来往内地通行证',
    en: 'Mainland travel permit for Hong Kong and Macau residents',
  },
  'document.taiwan-permit': {
    zh: '台湾居民来往大陆通行证',
    en: 'Mainland travel permit for Taiwan residents',
  },
  'document.hmt-residence': {
    zh: '港澳台居民居住证',
    en: 'Residence permit for Hong Kong, Macau and Taiwan residents',
  },
  'document.foreign-residence': {
    zh: '外国人永久居留身份证',
    en: 'Foreign permanent resident card',
  },
  'document.birth-certificate': { zh: '出生医学证明', en: 'Birth certificate' },
  'trouble.document-needed': {
    zh: '有票还没有填证件。',
    en: 'A ticket of these has no document yet.',
  },
  'trouble.document-not-taken': {
    zh: '这场比赛不收这种证件。请换一种。',
    en: 'This match does not take that document. Please use another.',
  },
  'trouble.document-twice': {
    zh: '两张票填了同一个证件。一人一证一票。',
    en: 'Two tickets have the same document. Each holder needs their own.',
  },
  'trouble.document-has-ticket': {
    zh: '这个证件已有本场的票。一人一证一票。',
    en: 'That document has a ticket of this match already.',
  },
  'trouble.too-young': {
    zh: '持证人的年龄不到这种票的要求。请换票种。',
    en: 'The holder is too young for this ticket type. Please choose another.',
  },
  'trouble.too-old': {
    zh: '持证人的年龄超过这种票的要求。请换票种。',
    en: 'The holder is too old for this ticket type. Please choose another.',
  },
} as const satisfies Catalogue;
