import type { Catalogue } from '#web/ui/language.ts';

/** From the held seats to the ticket. */
export const ORDER_WORDS = {
  'cart.title': { zh: '确认与付款', en: 'Check and pay' },
  'cart.seats': { zh: '已锁的座位', en: 'Your seats' },
  'cart.type': { zh: '{seat} 的票种', en: 'Ticket type of {seat}' },
  'cart.proof': { zh: '入场时请出示：{proof}', en: 'Bring to the gate: {proof}' },
  'cart.held': { zh: '座位为您保留', en: 'Your seats are kept' },
  'cart.timeLeft': { zh: '还剩 {time}', en: '{time} left' },
  'cart.extend': { zh: '延长一次', en: 'Keep longer, once' },
  'cart.release': { zh: '放弃这些座位', en: 'Give these seats up' },
  'cart.over': {
    zh: '保留时间已到，座位已放回。没有扣款。请重新选座。',
    en: 'The time is over and the seats are free again. No money has moved. Please choose again.',
  },
  'cart.chooseAgain': { zh: '重新选座', en: 'Choose again' },
  'cart.together': {
    zh: '{count} 个座位相邻。',
    en: 'All {count} sit together.',
  },
  'cart.apart': {
    zh: '没有足够的连座：分成 {groups} 组，每组相邻，组与组靠近。',
    en: 'No row had enough together: {groups} groups, each side by side and near the others.',
  },
  'cart.voucher': { zh: '有优惠码？', en: 'A voucher code?' },
  'cart.voucherCode': { zh: '优惠码', en: 'Voucher code' },
  'cart.voucherUse': { zh: '使用', en: 'Use it' },
  'cart.voucherDrop': { zh: '不用 {code}', en: 'Do not use {code}' },
  'cart.price': { zh: '票款', en: 'Tickets' },
  'cart.discount': { zh: '优惠', en: 'Discount' },
  'cart.who': { zh: '联系人', en: 'About you' },
  'cart.name': { zh: '姓名', en: 'Name' },
  'cart.contact': { zh: '邮箱或手机', en: 'E-mail or phone' },
  'cart.contactHint': {
    zh: '订单链接发到这里；不需要注册。',
    en: 'For the link to your order. No account needed.',
  },
  'cart.nameMissing': { zh: '请填写姓名。', en: 'Please give a name.' },
  'cart.contactMissing': {
    zh: '请填写邮箱（如 lin@example.com）或手机号。',
    en: 'Please give an e-mail address, such as lin@example.com, or a phone number.',
  },
  'cart.payBy': { zh: '付款方式', en: 'Pay by' },
  'cart.pay': { zh: '去付款 {total}', en: 'Pay {total}' },
  'cart.isBusy': { zh: '正在下单…', en: 'Ordering…' },

  'provider.sandbox': { zh: '沙箱支付（演示）', en: 'Sandbox (demonstration)' },
  'provider.alipay': { zh: '支付宝', en: 'Alipay' },
  'provider.wechat-pay': { zh: '微信支付', en: 'WeChat Pay' },
  'provider.stripe': { zh: '银行卡', en: 'Card' },
  'provider.transfer': { zh: '银行转账', en: 'Bank transfer' },
  'provider.club-credit': { zh: '俱乐部余额', en: 'Club credit' },

  'order.title': { zh: '订单', en: 'Your order' },
  'order.number': { zh: '订单号 {id}', en: 'Order {id}' },
  'order.seats': { zh: '座位', en: 'Seats' },
  'order.tickets': { zh: '门票', en: 'Tickets' },
  'order.paid': { zh: '已付款，票已出。', en: 'Paid. Your tickets are ready.' },
  'order.ordered': { zh: '还没有付款。', en: 'Not paid yet.' },
  'order.issuing': { zh: '已付款，正在出票。', en: 'Paid. Your tickets are being made.' },
  'order.payFailed': {
    zh: '付款没有完成。可以再付一次，或换一种方式。',
    en: 'The payment was not completed. Pay again, or choose another way.',
  },
  'order.slow': {
    zh: '支付方还没有回话。已经付了，就不要再付：这一页会自己更新，付重的款自动退回。没有付，可以再打开付款页。',
    en: 'The payment provider has not told us yet. If you have paid, do not pay again: this page will change by itself, and anything paid twice goes back. If you have not, open the payment page again.',
  },
  'order.voided': {
    zh: '这笔款已被支付方收回，票不能入场。请到票务服务点。',
    en: 'The payment was taken back by the provider and the tickets no longer admit. Please ask the service desk.',
  },
  'order.returned': { zh: '已退回 {amount}。', en: '{amount} has gone back.' },
  'paper.tickets.pdf': { zh: '打印（PDF）', en: 'Print (PDF)' },
  'paper.receipt.pdf': { zh: '收据（PDF）', en: 'Receipt (PDF)' },
  'paper.calendar.ics': { zh: '加入日历', en: 'Add to calendar' },
  'paper.wallet.pkpass': { zh: '加入 Apple 钱包', en: 'Add to Apple Wallet' },
  'paper.none': {
    zh: '现在拿不到这份文件。请到票务服务点索取。',
    en: 'This paper cannot be had here. Please ask the service desk.',
  },
  'order.checking': {
    zh: '正在向支付方核实，通常几秒。可以离开本页，结果不变。',
    en: 'Checking with the payment provider, usually seconds. You may leave this page; nothing changes.',
  },
  'order.payUntil': { zh: '座位保留至 {time}', en: 'Seats kept until {time}' },
  'order.over': {
    zh: '这个订单没有按时付款，座位已放回。',
    en: 'This order was not paid in time and its seats are free again.',
  },
  'order.cancelled': { zh: '订单已取消。', en: 'This order is cancelled.' },
  'order.returning': {
    zh: '{amount} 正在退回您的付款账户，通常 1–5 个工作日。',
    en: '{amount} is on its way back to where it came from, usually 1–5 working days.',
  },
  'order.payAgain': { zh: '付款 {total}', en: 'Pay {total}' },
  'order.transfer': {
    zh: '请转账 {total} 至 {name}，{bank}，账号 {number}，附言 {reference}。',
    en: 'Transfer {total} to {name}, {bank}, account {number}, reference {reference}.',
  },
  'order.scanToPay': { zh: '用支付 App 扫码付款', en: 'Scan with your payment app' },
  'order.offline': {
    zh: '现在没有网络。下面是上次打开时的票，照样可以入场。',
    en: 'There is no network. These are the tickets as last seen; they still admit you.',
  },
  'order.unknown': {
    zh: '打不开这个订单。请用确认信息里的完整链接，或到票务服务点报订单号。',
    en: 'This order cannot be opened here. Use the whole link from your confirmation, or give the order number at the service desk.',
  },
  'order.keep': {
    zh: '票已存在本机，没有网络也能打开。',
    en: 'Kept on this device: it opens without a network.',
  },
  'order.copy': { zh: '复制订单链接', en: 'Copy the link to this order' },
  'order.copied': {
    zh: '已复制。有链接的人都能使用这些票。',
    en: 'Copied. Whoever has it can use these tickets.',
  },
} as const satisfies Catalogue;
