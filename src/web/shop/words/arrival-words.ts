import type { Catalogue } from '#web/ui/language.ts';

/** Credit for coming when or where it is quiet. */
export const ARRIVAL_WORDS = {
  'arrival.title': { zh: '错峰入场，返还票款', en: 'Come when it is quiet, get money back' },
  'arrival.how': {
    zh: '先选好，到时按约入场：闸机的记录就是凭证，赛后按原付款方式返还。不按约来，票照样有效。',
    en: 'Choose now and come as you said: the gate’s own record proves it, and the money goes back the way you paid after the match. Your ticket is good whenever you come.',
  },
  'arrival.slot': { zh: '{from} 至 {until} 入场', en: 'come in between {from} and {until}' },
  'arrival.gates': { zh: '走{gates}', en: 'by {gates}' },
  'arrival.each': { zh: '每张返 {credit}', en: '{credit} back for each ticket' },
  'arrival.choose': {
    zh: '{count, plural, other {# 张票这样入场}}',
    en: '{count, plural, one {Come like this with # ticket} other {Come like this with # tickets}}',
  },
  'arrival.over': { zh: '已开始，不能再选。', en: 'It has begun, too late to choose.' },
  'arrival.pledged': {
    zh: '{seat}：{offer}，按约入场返 {credit}。',
    en: '{seat}: {offer} and {credit} goes back to you.',
  },
  'arrival.kept': {
    zh: '{seat}：已按约入场，{credit} 按原付款方式返还。',
    en: '{seat}: you came as you said. {credit} goes back the way you paid.',
  },
  'arrival.missed': {
    zh: '{seat}：没有按约入场，不返还。',
    en: '{seat}: you came at another time or gate, so nothing goes back.',
  },
  'arrival.refused.budget-spent': {
    zh: '名额已满，没有选上。',
    en: 'All places are taken, nothing was chosen.',
  },
  'arrival.refused.gate-not-theirs': {
    zh: '这个入口通不到您的座位。',
    en: 'That gate does not lead to your seats.',
  },
  'arrival.refused.type-not-meant': { zh: '这种票不参加。', en: 'Not for this kind of ticket.' },
  'arrival.refused.other': {
    zh: '没有选上，请再看订单。',
    en: 'Nothing was chosen. Look at the order again.',
  },
} satisfies Catalogue;
