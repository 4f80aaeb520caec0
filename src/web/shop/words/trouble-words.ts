import type { Catalogue } from '#web/ui/language.ts';

/** What happened, whether money moved, what to do. `trouble.WHY` are the server's own reasons. */
export const TROUBLE_WORDS = {
  'money.unmoved': { zh: '没有扣款。', en: 'No money has moved.' },
  'money.unknown': {
    zh: '如果您已付款，座位仍会确认；座位不在时，款项自动退回。',
    en: 'If you have paid, your seats will be confirmed; if they are gone, the money returns by itself.',
  },
  'money.over': {
    zh: '付款若在此后到达，会自动退回。',
    en: 'Money that arrives after that goes back by itself.',
  },
  'trouble.unreachable': {
    zh: '连不上服务器。请检查网络后重试。',
    en: 'The server does not answer. Check your network and try again.',
  },
  'trouble.overloaded': {
    zh: '现在人很多。请稍等几秒再试，您的座位和排队不受影响。',
    en: 'It is very busy. Try again in a few seconds; what you hold stays yours.',
  },
  'trouble.not-found': { zh: '这里没有这场比赛。', en: 'There is no such match here.' },
  'trouble.other': {
    zh: '这一步没有完成。请重试；仍不行，请到票务服务点。',
    en: 'This step was not done. Try again; if it stays so, ask the service desk.',
  },
  'trouble.not-on-sale': { zh: '目前不在售票时间。', en: 'It is not on sale at the moment.' },
  'trouble.seat-taken': {
    zh: '有座位刚被别人锁定。请另选。',
    en: 'Somebody else has just taken a seat of these. Please choose others.',
  },
  'trouble.not-for-sale': { zh: '这些座位不在此出售。', en: 'These seats are not sold here.' },
  'trouble.sold-out': {
    zh: '这样的座位没有了。可换价位，或减少张数。',
    en: 'Nothing like this is left. Try another price, or fewer.',
  },
  'trouble.none-together': {
    zh: '没有这么多连座。可减少张数，或分开坐。',
    en: 'Not so many are left together. Try fewer, or sit apart.',
  },
  'trouble.standing-full': { zh: '这片站席已满。', en: 'This standing area is full.' },
  'trouble.sold-out-here': {
    zh: '网上的份额已售完；现场售票处可能还有。',
    en: 'The online share is sold; the box office may have more.',
  },
  'trouble.person-limit': {
    zh: '已到每人限购张数。',
    en: 'This is more than one person may buy.',
  },
  'trouble.order-limit': {
    zh: '已到一单的张数上限。',
    en: 'This is more than one order may have.',
  },
  'trouble.needs-person': {
    zh: '这些票按人限购，请到票务服务点购买。',
    en: 'These are limited to so many a person. Please buy them at the service desk.',
  },
  'trouble.hold-limit': {
    zh: '已到一次锁座的张数上限。',
    en: 'This is more than one may hold at a time.',
  },
  'trouble.type-not-sold': {
    zh: '这个价位没有这种票。请换票种或座位。',
    en: 'This ticket type is not sold at this price. Choose another type or seat.',
  },
  'trouble.companion-needed': {
    zh: '轮椅位与陪同座一起售出，请同时选择。',
    en: 'A wheelchair place and its companion’s seat are sold together. Choose both.',
  },
  'trouble.leaves-lone-seat': {
    zh: '这样选会留下一个单座。请挪一个座位。',
    en: 'This would leave one seat alone. Please move by one.',
  },
  'trouble.not-held': {
    zh: '这次锁座已结束。请重新选座。',
    en: 'This hold is over. Please choose seats again.',
  },
  'trouble.price-changed': {
    zh: '价格刚有变化。请看过新的合计再付款。',
    en: 'The price has just changed. Look at the new total, then pay.',
  },
  'trouble.type-in-groups': {
    zh: '这种票须成套购买。请补足或减少。',
    en: 'This type is sold in sets. Add to it, or take some away.',
  },
  'trouble.type-locked': {
    zh: '这种票要有优惠码才能买。',
    en: 'This ticket type needs a voucher code.',
  },
  'trouble.voucher-unknown': {
    zh: '没有这个优惠码。请核对后再输入。',
    en: 'There is no such voucher. Check the code and type it again.',
  },
  'trouble.voucher-too-early': {
    zh: '这个优惠码还没有到使用时间。',
    en: 'This voucher is not valid yet.',
  },
  'trouble.voucher-expired': { zh: '这个优惠码已过期。', en: 'This voucher has expired.' },
  'trouble.voucher-used-up': { zh: '这个优惠码已用完。', en: 'This voucher has been used.' },
  'trouble.voucher-person-limit': {
    zh: '您已用过这个优惠码。',
    en: 'You have used this voucher before.',
  },
  'trouble.voucher-not-here': {
    zh: '这个优惠码不能在网上使用，请到票务服务点。',
    en: 'This voucher is not taken online. Please use it at the service desk.',
  },
  'trouble.voucher-needs-person': {
    zh: '这个优惠码限个人使用，请到票务服务点。',
    en: 'This voucher is for one person. Please use it at the service desk.',
  },
  'trouble.voucher-fits-nothing': {
    zh: '这个优惠码不适用于这些票。',
    en: 'This voucher is not for these tickets.',
  },
  'trouble.voucher-does-not-combine': {
    zh: '这个优惠码不能与另一个同时使用。',
    en: 'This voucher cannot be used together with the other one.',
  },
  'trouble.paid-already': {
    zh: '这个订单已经付过款。请看订单。',
    en: 'This order is paid already. Look at the order.',
  },
  'trouble.too-many-payments': {
    zh: '这个订单付款次数过多。请到票务服务点。',
    en: 'This order has had too many tries to pay. Please ask the service desk.',
  },
  'trouble.type-accompanied': {
    zh: '儿童票须与成人票一起购买。',
    en: 'A child’s ticket needs an adult’s beside it.',
  },
} as const satisfies Catalogue;
