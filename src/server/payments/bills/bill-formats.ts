// The columns of each provider's file.
import { type BillFormat, capturedLine, minorOf, refundedLine } from './bill-line.ts';

const CHINA_MS = 8 * 3_600_000;

const sandbox: BillFormat = {
  headerBegins: 'at',
  columns: ['kind', 'payment', 'ref', 'amount_minor', 'currency'],
  offsetMs: 0,
  sumsBegin: null,
  read(cell) {
    const kind = cell('kind');
    const amountMinor = Number(cell('amount_minor'));
    if (!Number.isSafeInteger(amountMinor)) throw new Error('amount_minor is no whole number');
    const lineOf = kind === 'captured' ? capturedLine : refundedLine;
    return lineOf(cell('payment'), cell('ref'), amountMinor, cell('currency'));
  },
};

/** 交易账单, all transactions of a day: pay.weixin.qq.com/doc/v3/merchant/4012791837. */
const wechatPay: BillFormat = {
  headerBegins: '交易时间',
  columns: [
    '微信订单号',
    '商户订单号',
    '交易状态',
    '货币种类',
    '微信退款单号',
    '订单金额',
    '申请退款金额',
  ],
  offsetMs: CHINA_MS,
  sumsBegin: '总交易单数',
  read(cell) {
    const payment = cell('商户订单号');
    const currency = cell('货币种类');
    switch (cell('交易状态')) {
      case 'SUCCESS':
        return capturedLine(payment, cell('微信订单号'), minorOf(cell('订单金额')), currency);
      case 'REFUND':
        if (cell('退款状态') !== 'SUCCESS') return null;
        return refundedLine(payment, cell('微信退款单号'), minorOf(cell('申请退款金额')), currency);
      default:
        return null;
    }
  },
};

/** 业务明细 of the trade bill, GBK: opendocs.alipay.com, alipay.data.dataservice.bill.downloadurl.query. */
const alipay: BillFormat = {
  headerBegins: '支付宝交易号',
  columns: ['商户订单号', '业务类型', '订单金额（元）', '退款批次号/请求号'],
  offsetMs: CHINA_MS,
  sumsBegin: null,
  read(cell) {
    const payment = cell('商户订单号');
    const amountMinor = minorOf(cell('订单金额（元）'));
    if (cell('业务类型') === '交易') {
      return capturedLine(payment, cell('支付宝交易号'), amountMinor, 'CNY');
    }
    if (cell('业务类型') !== '退款') return null;
    return refundedLine(payment, cell('退款批次号/请求号'), amountMinor, 'CNY');
  },
};

/** Itemised balance change from activity, with the column `payment_metadata[payment]`: docs.stripe.com/reports. */
const stripe: BillFormat = {
  headerBegins: 'balance_transaction_id',
  columns: [
    ...['currency', 'gross', 'reporting_category', 'source_id', 'payment_intent_id'],
    'payment_metadata[payment]',
  ],
  offsetMs: 0,
  sumsBegin: null,
  read(cell) {
    const payment = cell('payment_metadata[payment]');
    const currency = cell('currency').toUpperCase();
    const category = cell('reporting_category');
    if (category === 'charge') {
      return capturedLine(payment, cell('payment_intent_id'), minorOf(cell('gross')), currency);
    }
    if (category !== 'refund') return null;
    return refundedLine(payment, cell('source_id'), minorOf(cell('gross')), currency);
  },
};

export const BILL_FORMATS = { sandbox, 'wechat-pay': wechatPay, alipay, stripe } as const;
