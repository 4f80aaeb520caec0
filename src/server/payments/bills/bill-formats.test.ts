import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BILL_FORMATS } from './bill-formats.ts';
import { minorOf, readBill } from './bill-line.ts';

async function* bytesOf(text: string | Buffer) {
  yield Buffer.from(text);
}

test('WeChat Pay’s bill: backticks, refunds with their own numbers, sums at the end', async () => {
  // Columns and form of the bill in wechatpay-apiv3/wechatpay-php, tests/fixtures/bill.ALL.csv.
  const header =
    '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
  const refund =
    '`2019-02-19 05:01:46,`wxab8acd895ab1638a,`1921000401,`0,`d,`4200000263201902167700134212,`pay-b,`o,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50000709672019011908420787722,`r-b,`0.01,`0.00,`ORIGINAL,`SUCCESS,`x,`,`0.00000,`39.00%,`0.00,`0.01,`';
  const paid =
    '`2019-02-19 01:52:32,`wxab8acd895ab1638a,`1921000401,`0,`,`4200000263201902167700134902,`pay-a,`w,`NATIVE,`SUCCESS,`OTHERS,`CNY,`0.03,`0.00,`0,`0,`0.00,`0.00,`,`,`autotest,`,`0.01000,`39.00%,`380.03,`0.00,`';
  const sums = '总交易单数,应结订单总金额\n`45.0,`0.47';
  const lines = await readBill(
    BILL_FORMATS['wechat-pay'],
    bytesOf(`\ufeff${header}\r\n${refund}\r\n${paid}\r\n${sums}\r\n`),
  );
  assert.deepEqual(lines, [
    {
      ...{ line: 2, kind: 'refunded', fact: 'refunded:50000709672019011908420787722' },
      ...{ payment: 'pay-b', amountMinor: 1, currency: 'CNY' },
    },
    {
      ...{ line: 3, kind: 'captured', fact: 'captured:4200000263201902167700134902' },
      ...{ payment: 'pay-a', amountMinor: 38_003, currency: 'CNY' },
    },
  ]);
});

test('Alipay’s bill: between lines of remarks, refunds below nought', async () => {
  // `#`-lines, tabs after numbers and the columns as opendocs.alipay.com describes the trade bill.
  const text = [
    '#支付宝业务明细查询',
    '#-----------------------------------------业务明细列表----------------------------------------',
    '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,备注',
    '2019081522001468450512505578\t,pay-a\t,交易,票,2019-08-15 15:56:22,2019-08-15 15:56:24,380.00,380.00,,',
    '2019081522001468450512505578\t,pay-a\t,退款,票,2019-08-16 15:56:22,2019-08-16 15:56:24,-190.00,-190.00,r-a,',
    '#-----------------------------------------业务明细列表结束------------------------------------',
    '',
  ].join('\r\n');
  const lines = await readBill(BILL_FORMATS.alipay, bytesOf(text));
  assert.deepEqual(
    lines.map(({ kind, fact, amountMinor }) => [kind, fact, amountMinor]),
    [
      ['captured', 'captured:2019081522001468450512505578', 38_000],
      ['refunded', 'refunded:r-a', 19_000],
    ],
  );
});

test('Stripe’s itemised report: charges and refunds by their payment, everything else left out', async () => {
  // Columns of balance_change_from_activity.itemized: docs.stripe.com/reports/report-types/balance.
  const text = [
    'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id,payment_metadata[payment]',
    'txn_1,2026-11-29 10:00:00,cny,380.00,5.00,375.00,charge,ch_1,pi_1,pay-a',
    'txn_2,2026-11-29 11:00:00,cny,-190.00,0.00,-190.00,refund,re_1,pi_1,pay-a',
    'txn_3,2026-11-29 12:00:00,cny,-1.00,0.00,-1.00,fee,,,',
  ].join('\n');
  const lines = await readBill(BILL_FORMATS.stripe, bytesOf(text));
  assert.deepEqual(
    lines.map(({ fact, amountMinor, currency }) => [fact, amountMinor, currency]),
    [
      ['captured:pi_1', 38_000, 'CNY'],
      ['refunded:re_1', 19_000, 'CNY'],
    ],
  );
});

test('a file of something else, or with a line that is none, is refused where it is wrong', async () => {
  const format = BILL_FORMATS.stripe;
  await assert.rejects(readBill(format, bytesOf('a,b\n1,2\n')), /no header/);
  await assert.rejects(readBill(format, bytesOf('balance_transaction_id,gross\n')), /is missing/);
  await assert.rejects(readBill(BILL_FORMATS['wechat-pay'], bytesOf('')), /no header/);
  for (const text of ['', '1,00', '1.234', 'NaN', '1e3', '--1']) assert.throws(() => minorOf(text));
  assert.equal(minorOf('-0.5'), -50);
  assert.equal(minorOf('12.3400'), 1_234);
});
