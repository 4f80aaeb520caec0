import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Receipt, receiptNumber, taxTotals, totalOf } from '#domain/delivery/receipt.ts';
import { inkIn, proofPages, textOf } from '#testing/proof.ts';
import { receiptPdf } from './receipt-pdf.ts';

const LINE = {
  text: { 'zh-CN': '成人票 N103-12-7', en: 'Adult ticket N103-12-7' },
  quantity: 1,
  amountMinor: 38_000,
  taxBasisPoints: 600,
  taxMinor: 2_151,
};
const RECEIPT: Receipt = {
  number: receiptNumber('sale', 2026, 123),
  kind: 'sale',
  orderRef: 'O-4711',
  issuedAt: Date.parse('2026-11-20T10:15:00+08:00'),
  timeZone: 'Asia/Shanghai',
  seller: {
    name: { 'zh-CN': '滨江足球俱乐部', en: 'Riverside Football Club' },
    address: { 'zh-CN': '滨江路 1 号', en: '1 Riverside Road' },
    taxId: '91310000775785552L',
  },
  match: { 'zh-CN': '东海 vs 滨江', en: 'Donghai v Riverside' },
  currency: 'CNY',
  lines: [
    LINE,
    LINE,
    { ...LINE, text: { 'zh-CN': '手续费', en: 'Booking fee' }, amountMinor: 500, taxMinor: 28 },
  ],
  paidBy: [{ text: { 'zh-CN': '支付宝', en: 'Alipay' }, amountMinor: 76_500 }],
  corrects: null,
};

test('a receipt is one page that shows number, lines, taxes within and total', async () => {
  const { bytes, missing } = await receiptPdf(RECEIPT);
  assert.deepEqual(missing, []);
  const pages = await proofPages(bytes, 60);
  assert.equal(pages.length, 1);
  const [page] = pages;
  assert.ok(page && inkIn(page, { x: 30, y: 30, width: 400, height: 250 }) > 0.005);
  const [text = ''] = await textOf(bytes);
  for (const said of [
    'R-2026-000123',
    '91310000775785552L',
    '¥765.00',
    '¥43.30',
    '¥721.70',
    '6%',
  ]) {
    assert.ok(text.includes(said), `${said} in ${text}`);
  }
});

test('a long receipt goes on, each page with its head', async () => {
  const lines = Array.from({ length: 60 }, () => LINE);
  const amountMinor = totalOf({ lines });
  const paidBy = [{ text: { 'zh-CN': '现金', en: 'Cash' }, amountMinor }];
  const { bytes } = await receiptPdf({ ...RECEIPT, lines, paidBy });
  const texts = await textOf(bytes);
  assert.ok(texts.length >= 3, `${texts.length}`);
  for (const text of texts) assert.ok(text.includes('R-2026-000123'));
});

test('taxes of several rates are told apart, and net and tax make the total', () => {
  const lines = [LINE, { ...LINE, taxBasisPoints: 900, taxMinor: 3_138 }];
  const totals = taxTotals({ lines });
  assert.deepEqual(
    totals.map(({ taxBasisPoints }) => taxBasisPoints),
    [900, 600],
  );
  const sum = totals.reduce((all, { netMinor, taxMinor }) => all + netMinor + taxMinor, 0);
  assert.equal(sum, totalOf({ lines }));
});

test('a receipt that does not add up is never printed', async () => {
  await assert.rejects(receiptPdf({ ...RECEIPT, paidBy: [] }), { name: 'AssertionError' });
});

test('the same receipt gives the same bytes', async () => {
  const [first, second] = await Promise.all([1, 2].map(() => receiptPdf(RECEIPT)));
  assert.deepEqual(first, second);
});
