import type { Catalogue } from '#web/ui/language.ts';

/** Of the ticket itself, the way in, and giving it back. */
export const TICKET_WORDS = {
  'ticket.title': { zh: '门票', en: 'Ticket' },
  'ticket.open': { zh: '出示入场码', en: 'Show the entry code' },
  'ticket.of': { zh: '第 {at} 张，共 {count} 张', en: 'Ticket {at} of {count}' },
  'ticket.before': { zh: '上一张', en: 'Previous' },
  'ticket.after': { zh: '下一张', en: 'Next' },
  'ticket.others': { zh: '本订单的票', en: 'Tickets of this order' },
  'ticket.toOrder': { zh: '回到订单', en: 'Back to the order' },
  'ticket.qr': { zh: '入场码：{seat}', en: 'Entry code: {seat}' },
  'ticket.show': { zh: '入场时出示此码', en: 'Show this at the gate' },
  'ticket.cancelled': { zh: '已取消，不能入场', en: 'Cancelled: it no longer admits' },
  'ticket.notGood': {
    zh: '这张票不能入场：可能已退，或还没有付款。请看订单。',
    en: 'This ticket does not admit: it may have been given back, or is not paid. See the order.',
  },
  'ticket.way': { zh: '怎么入场', en: 'How to come in' },
  'ticket.gate': { zh: '入口', en: 'Gate' },
  'ticket.anyGate': { zh: '任一入口', en: 'Any gate' },
  'ticket.stepFree': { zh: '无台阶', en: 'step-free' },
  'ticket.arriveBy': { zh: '建议到达', en: 'Be there by' },
  'ticket.ground': { zh: '球场', en: 'Ground' },

  'orders.title': { zh: '我的订单', en: 'My orders' },
  'orders.none': {
    zh: '这台设备上还没有订单。',
    en: 'No order is kept on this device yet.',
  },
  'orders.count': {
    zh: '{count} 张票',
    en: '{count, plural, one {# ticket} other {# tickets}}',
  },
  'orders.find': { zh: '订单在别处？', en: 'Ordered somewhere else?' },
  'orders.how': {
    zh: '填下单时的邮箱，我们把订单链接发过去。',
    en: 'Give the e-mail address that you ordered with, and we send the link to your orders there.',
  },
  'orders.email': { zh: '邮箱', en: 'E-mail' },
  'orders.emailMissing': {
    zh: '请填写邮箱，如 lin@example.com。',
    en: 'Please give an e-mail address, such as lin@example.com.',
  },
  'orders.send': { zh: '发送链接', en: 'Send the link' },
  'orders.sent': {
    zh: '如果用 {email} 下过单，链接几分钟内送到。没有收到，请看垃圾邮件，或换下单时的邮箱。',
    en: 'If there are orders of {email}, the link arrives within minutes. If it does not, look among unwanted mail, or try the address that you ordered with.',
  },
  'trouble.too-many-requests': {
    zh: '请求过于频繁。请稍等再试。',
    en: 'That was asked often just now. Please wait a little and try again.',
  },

  'back.open': { zh: '退票', en: 'Give tickets back' },
  'back.title': { zh: '退票', en: 'Give tickets back' },
  'back.which': { zh: '退哪几张', en: 'Which ones' },
  'back.none': { zh: '没有可退的票。', en: 'There is no ticket to give back.' },
  'back.quote': { zh: '退回多少', en: 'What comes back' },
  'back.line': { zh: '原价 {paid}，扣除 {kept}', en: 'Paid {paid}, kept {kept}' },
  'back.until': { zh: '这个金额在 {until} 前有效。', en: 'These amounts hold until {until}.' },
  'back.total': { zh: '退回', en: 'Back to you' },
  'back.note': {
    zh: '票立即失效，座位放回。款项按原路退回，通常 1–5 个工作日。',
    en: 'The tickets end at once and the seats are free. The money goes back the way it came, usually in 1–5 working days.',
  },
  'back.confirm': {
    zh: '退 {count} 张票',
    en: 'Give back {count, plural, one {# ticket} other {# tickets}}',
  },
  'back.keep': { zh: '不退了，回到订单', en: 'Keep them: back to the order' },

  'trouble.too-late': {
    zh: '已过退票时间，不再退票。',
    en: 'It is too late: nothing is taken back any more.',
  },
  'trouble.nothing-taken-back': {
    zh: '这些票售出后不退。',
    en: 'These tickets were sold without a right to give them back.',
  },
  'trouble.line-entered': {
    zh: '有票已经入场，不能再退。',
    en: 'A ticket of these has been used to enter; it cannot be given back.',
  },
  'trouble.line-returned': {
    zh: '有票已经退过。请看订单。',
    en: 'A ticket of these has been given back before. See the order.',
  },
  'trouble.refund-changed': {
    zh: '可退的金额刚有变化。请看过新的金额再退。',
    en: 'What comes back has just changed. Look at the new amounts first.',
  },
  'trouble.quote-lapsed': {
    zh: '可退的金额刚有变化。请看过新的金额再退。',
    en: 'What comes back has just changed. Look at the new amounts first.',
  },
  'trouble.order-cancelled': {
    zh: '这个订单已经取消。',
    en: 'This order is cancelled already.',
  },
} as const satisfies Catalogue;
