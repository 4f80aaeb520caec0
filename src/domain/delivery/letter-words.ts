import type { Language } from './message-format.ts';

/** What a changed match is to a ticket: letters say it, and so do desk and hotline when they are asked. */
export const FATE_WORDS = {
  moved: {
    'zh-CN': '比赛时间有变。您的票继续有效，座位不变，不需要换票。',
    en: 'The match has a new time. Your tickets stay good for the same seats; there is nothing to exchange.',
  },
  postponed: {
    'zh-CN': '比赛延期举行，新的日期待定，确定后我们会再写信告诉您。您的票继续有效。',
    en: 'The match is postponed. The new date is not known yet; we will write again as soon as it is. Your tickets stay good.',
  },
  cancelled: {
    'zh-CN': '比赛取消，您的票已作废。',
    en: 'The match is cancelled, and so are your tickets.',
  },
} as const;

/** Every sentence of every letter, written as an original in both languages (ICU MessageFormat). */
export const LETTER_WORDS = {
  'order-paid.subject': {
    'zh-CN': '票已出好：{match}，{day}',
    en: 'Your {count, plural, one {ticket} other {tickets}} for {match}, {day}',
  },
  'order-paid.lead': {
    'zh-CN': '款已收到，{count} 张票已经是您的了。入场时出示票码即可，打印或在手机上都可以。',
    en: 'We have your payment, and {count, plural, one {the ticket is} other {# tickets are}} yours. Show the code at the gate, on paper or on your phone.',
  },
  'order-cancelled.subject': {
    'zh-CN': '已为您退票：{match}',
    en: '{count, plural, one {Ticket} other {Tickets}} cancelled: {match}',
  },
  'order-cancelled.lead': {
    'zh-CN':
      '{count} 张票已作废，票码不能再用。{kept, plural, =0 {} other {其余 # 张仍然有效。}}应退 {amount}，按原支付方式退回。',
    en: '{count, plural, one {One ticket is} other {# tickets are}} cancelled and will not open the gate. {kept, plural, =0 {} one {The other one stays good. } other {The other # stay good. }}You get {amount} back, the way you paid.',
  },
  'refund-sent.subject': {
    'zh-CN': '退款已发出：{amount}',
    en: 'Your refund of {amount} is on its way',
  },
  'refund-sent.lead': {
    'zh-CN':
      '我们已将 {amount} 按原支付方式退回。到账时间取决于银行或支付平台，通常不超过五个工作日。',
    en: 'We have sent {amount} back the way you paid. How soon it arrives depends on your bank, usually within five working days.',
  },
  'payment-returned.subject': {
    'zh-CN': '款项将原路退回：{amount}',
    en: 'We are returning your {amount}',
  },
  'payment-returned.lead': {
    'zh-CN':
      '您的付款到达时，座位已不再为您保留，因此没有出票。{amount} 将全额按原支付方式退回，您不需要做任何事。',
    en: 'Your payment arrived when the seats were no longer held for you, so there are no tickets. All {amount} goes back the way you paid; there is nothing you need to do.',
  },
  'match-moved.subject': {
    'zh-CN': '比赛改期：{match}，现为 {day}',
    en: 'New date: {match} is now on {day}',
  },
  'match-moved.lead': FATE_WORDS.moved,
  'match-postponed.subject': { 'zh-CN': '比赛延期：{match}', en: 'Postponed: {match}' },
  'match-postponed.lead': FATE_WORDS.postponed,
  'return-by': {
    'zh-CN': '如果新的安排不合适，您可以在 {until} 之前在订单页面退票，全额退款。',
    en: 'If that does not suit you, you can return your tickets for all you paid until {until}, on your order page.',
  },
  'return-open': {
    'zh-CN': '如果不想等，您可以在订单页面退票，全额退款。',
    en: 'If you would rather not wait, you can return your tickets for all you paid, on your order page.',
  },
  'match-cancelled.subject': { 'zh-CN': '比赛取消：{match}', en: 'Cancelled: {match}' },
  'match-cancelled.lead': {
    'zh-CN': `${FATE_WORDS.cancelled['zh-CN']}{amount} 将按原支付方式退回，您不需要做任何事。`,
    en: `${FATE_WORDS.cancelled.en} {amount} goes back the way you paid; there is nothing you need to do.`,
  },
  'sign-in.subject': { 'zh-CN': '您的登录链接', en: 'Your sign-in link' },
  'sign-in.lead': {
    'zh-CN':
      '点击下面的链接登录。链接 {minutes} 分钟内有效，只能用一次。不是您本人操作的话，不必理会这封信。',
    en: 'Follow the link below to sign in. It works once, for {minutes, plural, one {# minute} other {# minutes}}. If you did not ask for it, you can leave this letter alone.',
  },
  'order-links.subject': { 'zh-CN': '您的订单链接', en: 'The link to your orders' },
  'order-links.lead': {
    'zh-CN':
      '有人请我们把用这个邮箱下的订单发来，应该是您。用要出示票的手机打开下面的链接，{count} 个订单就都在那里。不是您的话，不必理会这封信。',
    en: 'Somebody asked us for the orders made with this address, most likely you. Open the link below on the phone you will show your tickets on, and {count, plural, one {your order is} other {all # of your orders are}} there. If it was not you, you can leave this letter alone.',
  },
  'open-orders': { 'zh-CN': '打开我的订单', en: 'Open my orders' },
  'entry-risks.subject': {
    'zh-CN': '入场风险：{match}，{found, plural, =0 {未发现} other {# 项}}',
    en: 'Entry to {match}: {found, plural, =0 {no risks found} one {# risk} other {# risks}}',
  },
  'entry-risks.lead': {
    'zh-CN':
      '距开门不到一天。{found, plural, =0 {按目前售出的票，没有可预见的风险。} other {按目前售出的票，以下各项需要有人处理，最急的在前。}}',
    en: 'Doors open within a day. {found, plural, =0 {With what has been sold, nothing can be foreseen to go wrong.} other {With what has been sold, these need somebody, the worst first.}}',
  },
  'entry-risks.more': {
    'zh-CN': '另有 {more} 项，见控制台。',
    en: '{more, plural, one {One more stands} other {# more stand}} in the console.',
  },
  'entry-risks.because': {
    'zh-CN': '您收到这封信，是因为这个邮箱设为接收本球场的入场风险清单。',
    en: 'You get this letter because this address is set to receive the entry risks of this ground.',
  },
  'open-plan': { 'zh-CN': '查看座位与入场', en: 'See seats and entry' },
  'label.doors': { 'zh-CN': '开门', en: 'Doors' },
  'label.sold': { 'zh-CN': '已售', en: 'Sold' },
  'label.sellable': { 'zh-CN': '一小时内可入场', en: 'In within the hour' },
  'label.high': { 'zh-CN': '高', en: 'High' },
  'label.medium': { 'zh-CN': '中', en: 'Medium' },
  'open-order': { 'zh-CN': '查看订单和票', en: 'See your order and tickets' },
  'open-sign-in': { 'zh-CN': '登录', en: 'Sign in' },
  'keep-private': {
    'zh-CN': '这个链接等于您的票，请勿转发。',
    en: 'This link is as good as your tickets: please keep it to yourself.',
  },
  greeting: { 'zh-CN': '{name}，您好：', en: 'Dear {name},' },
  'greeting.nobody': { 'zh-CN': '您好：', en: 'Hello,' },
  'sent-because': {
    'zh-CN': '您收到这封信，是因为用这个邮箱下了订单 {order}。',
    en: 'You get this letter because order {order} was placed with this address.',
  },
  'label.order': { 'zh-CN': '订单号', en: 'Order' },
  'label.match': { 'zh-CN': '比赛', en: 'Match' },
  'label.when': { 'zh-CN': '时间', en: 'When' },
  'label.before': { 'zh-CN': '原定', en: 'Was' },
  'label.now': { 'zh-CN': '现为', en: 'Now' },
  'label.where': { 'zh-CN': '球场', en: 'Where' },
  'label.paid': { 'zh-CN': '实付（含税）', en: 'Paid, taxes included' },
  'label.refund': { 'zh-CN': '退款', en: 'Refund' },
  'label.ticket': { 'zh-CN': '票', en: 'Ticket' },
  'label.no-seat': { 'zh-CN': '不对号入座', en: 'Unreserved' },
} as const satisfies Record<string, Readonly<Record<Language, string>>>;

export type LetterKey = keyof typeof LETTER_WORDS;
