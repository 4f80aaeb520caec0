import type { Localized } from './ticket-face.ts';

/** Every fixed word on paper, written as an original in both languages. */
export const WORDS = {
  admits: { 'zh-CN': '可入场人数', en: 'Admits' },
  asOf: { 'zh-CN': '名单截至', en: 'List as of' },
  closed: { 'zh-CN': '关闭', en: 'closed' },
  code: { 'zh-CN': '票码', en: 'Ticket code' },
  duplicate: { 'zh-CN': '副本', en: 'DUPLICATE' },
  entry: { 'zh-CN': '入场', en: 'Entry from' },
  gate: { 'zh-CN': '入口', en: 'Gate' },
  holder: { 'zh-CN': '持票人', en: 'Holder' },
  inside: { 'zh-CN': '已入场', en: 'inside' },
  issued: { 'zh-CN': '签发', en: 'Issued' },
  kickOff: { 'zh-CN': '开球', en: 'Kick-off' },
  noTickets: { 'zh-CN': '本入口无票', en: 'No tickets for this gate' },
  order: { 'zh-CN': '订单号', en: 'Order' },
  printed: { 'zh-CN': '制票', en: 'Printed' },
  row: { 'zh-CN': '排', en: 'Row' },
  seat: { 'zh-CN': '座', en: 'Seat' },
  section: { 'zh-CN': '区', en: 'Section' },
  shortId: { 'zh-CN': '扫不出时', en: 'By hand' },
  stand: { 'zh-CN': '看台', en: 'Stand' },
  steward: { 'zh-CN': '检票员', en: 'Steward' },
  tick: { 'zh-CN': '放行即打勾', en: 'Tick each ticket you admit' },
  ticket: { 'zh-CN': '票号', en: 'Ticket' },
  tickets: { 'zh-CN': '张票', en: 'tickets' },
  type: { 'zh-CN': '票种', en: 'Type' },
  unreserved: { 'zh-CN': '不对号入座', en: 'Unreserved' },
  use: { 'zh-CN': '请走', en: 'Use' },
  anyGate: { 'zh-CN': '任一入口', en: 'Any gate' },
} as const satisfies Record<string, Localized>;

/**
 * What the fan does with the ticket, in the order in which they will need it. Every Chinese character
 * that nothing else on the ticket uses costs 100 bytes of font in the file.
 */
export const INSTRUCTIONS: readonly Localized[] = [
  {
    'zh-CN': '入场时请出示票码。',
    en: 'Show the code at the gate, printed or on your phone.',
  },
  {
    'zh-CN': '请勿转发票码。',
    en: 'Please keep the code private: it lets in whoever shows it first.',
  },
  {
    'zh-CN': '票码扫不出时，请到票务服务点。',
    en: 'If the code does not scan, please go to the service desk.',
  },
];

/** The same for a slip, where a line is short and the paper narrow. */
export const SLIP_NOTE: Localized = {
  'zh-CN': '入场时请出示票码，请勿转发。',
  en: 'Show this code at the gate. Please keep it private.',
};
