import { assertAddsUp, type Receipt, taxTotals, totalOf } from '#domain/delivery/receipt.ts';
import { charactersOf, fontsFor } from './fonts.ts';
import { clockTime, dateLine } from './local-time.ts';
import { drawMark } from './mark.ts';
import { packPdf } from './pack-pdf.ts';
import { finish, GREY, INK, newDocument, PAGE_SIZES, Pen } from './pen.ts';
import { bothLanguages } from './seat-line.ts';
import type { Localized, Paper } from './ticket-face.ts';

/** A receipt to keep, A4: lines, the taxes that are in the price, and how it was paid. */

const WORDS = {
  receipt: { 'zh-CN': '收据', en: 'Receipt' },
  refund: { 'zh-CN': '退款单', en: 'Credit note' },
  number: { 'zh-CN': '编号', en: 'Number' },
  corrects: { 'zh-CN': '对应收据', en: 'For receipt' },
  order: { 'zh-CN': '订单号', en: 'Order' },
  issued: { 'zh-CN': '开具日期', en: 'Issued' },
  seller: { 'zh-CN': '销售方', en: 'Seller' },
  taxId: { 'zh-CN': '税号', en: 'Tax number' },
  item: { 'zh-CN': '项目', en: 'Item' },
  quantity: { 'zh-CN': '数量', en: 'Quantity' },
  amount: { 'zh-CN': '含税金额', en: 'Amount, taxes included' },
  total: { 'zh-CN': '合计', en: 'Total' },
  net: { 'zh-CN': '不含税', en: 'without tax' },
  tax: { 'zh-CN': '其中税额', en: 'Tax included' },
  paid: { 'zh-CN': '付款', en: 'Paid by' },
  returned: { 'zh-CN': '退至', en: 'Returned to' },
  page: { 'zh-CN': '页', en: 'Page' },
} as const satisfies Record<string, Localized>;

const { width: PAGE_WIDTH, height: PAGE_HEIGHT } = PAGE_SIZES.A4;
const MARGIN = 48;
const RIGHT = PAGE_WIDTH - MARGIN;
const WIDTH = PAGE_WIDTH - 2 * MARGIN;
const BOTTOM = PAGE_HEIGHT - 90;
const ROW = 30;
const TEXT = { size: 10 } as const;
const SMALL = { size: 8, color: GREY } as const;
/** Characters that come from dates and sums rather than from words or lines. */
const SET_HERE = '年月日周一二三四五六0123456789,.:%¥€$£-–CNY ';

export async function receiptPdf(receipt: Receipt): Promise<Paper> {
  assertAddsUp(receipt);
  const fonts = await fontsFor(charactersOf([receipt, WORDS, SET_HERE, currencySign(receipt)]));
  const title = receipt.kind === 'sale' ? WORDS.receipt : WORDS.refund;
  const doc = newDocument({
    title: `${bothLanguages(title)} ${receipt.number}`,
    printedAt: receipt.issuedAt,
  });
  const pen = new Pen(doc, fonts);
  let y = drawHead(pen, receipt, title, 1);
  let page = 1;
  for (const line of receipt.lines) {
    if (y + ROW > BOTTOM) {
      page += 1;
      y = drawHead(pen, receipt, title, page);
    }
    y = drawLine(pen, receipt, line, y);
  }
  const rest = 60 + 24 * (taxTotals(receipt).length + receipt.paidBy.length);
  if (y + rest > BOTTOM + 40) y = drawHead(pen, receipt, title, page + 1);
  drawTotals(pen, receipt, y);
  return { bytes: packPdf(await finish(doc)), missing: [...fonts.missing] };
}

function drawHead(pen: Pen, receipt: Receipt, title: Localized, page: number): number {
  const { seller, number, orderRef, issuedAt, timeZone, match, corrects } = receipt;
  pen.page('A4');
  drawMark(pen, MARGIN, 43, 25);
  pen.write(bothLanguages(title), MARGIN + 36, 62, { size: 20, weight: 'bold' });
  pen.write(number, RIGHT, 62, { size: 13, weight: 'bold', align: 'right' });
  pen.rule(MARGIN, 82, WIDTH, INK, 1);
  const date = dateLine(issuedAt, timeZone);
  const clock = clockTime(issuedAt, timeZone);
  const facts: [Localized, string][] = [
    [WORDS.seller, bothLanguages(seller.name, ' · ')],
    [WORDS.taxId, seller.taxId],
    [WORDS.issued, `${date['zh-CN']} ${clock} · ${date.en}`],
    [WORDS.order, orderRef],
    ...(corrects === null ? [] : [[WORDS.corrects, corrects] as [Localized, string]]),
  ];
  let y = 102;
  for (const [label, value] of facts) {
    pen.write(bothLanguages(label), MARGIN, y, SMALL);
    pen.write(pen.shortened(value, TEXT, WIDTH - 130), MARGIN + 130, y, TEXT);
    y += 17;
  }
  pen.write(bothLanguages(seller.address, ' · '), MARGIN + 130, y, SMALL);
  y += 26;
  pen.write(bothLanguages(match, ' · '), MARGIN, y, { size: 12, weight: 'bold' });
  if (page > 1)
    pen.write(`${bothLanguages(WORDS.page)} ${page}`, RIGHT, y, { ...SMALL, align: 'right' });
  y += 24;
  pen.write(bothLanguages(WORDS.item), MARGIN, y, SMALL);
  pen.write(bothLanguages(WORDS.quantity), RIGHT - 130, y, { ...SMALL, align: 'right' });
  pen.write(bothLanguages(WORDS.amount), RIGHT, y, { ...SMALL, align: 'right' });
  pen.rule(MARGIN, y + 6, WIDTH);
  return y + 8;
}

function drawLine(pen: Pen, receipt: Receipt, line: Receipt['lines'][number], y: number): number {
  const room = WIDTH - 200;
  pen.write(pen.shortened(line.text['zh-CN'], TEXT, room), MARGIN, y + 12, TEXT);
  pen.write(pen.shortened(line.text.en, SMALL, room), MARGIN, y + 23, SMALL);
  pen.write(`${line.quantity}`, RIGHT - 130, y + 12, { ...TEXT, align: 'right' });
  pen.write(money(line.amountMinor, receipt.currency), RIGHT, y + 12, { ...TEXT, align: 'right' });
  pen.rule(MARGIN, y + ROW - 1, WIDTH);
  return y + ROW;
}

function drawTotals(pen: Pen, receipt: Receipt, top: number): void {
  const { currency, kind } = receipt;
  let y = top + 24;
  const row = (label: string, value: string, isBold = false) => {
    const style = { ...TEXT, ...(isBold ? { size: 13, weight: 'bold' as const } : {}) };
    pen.write(label, RIGHT - 130, y, { ...style, align: 'right' });
    pen.write(value, RIGHT, y, { ...style, align: 'right' });
    y += isBold ? 24 : 17;
  };
  row(bothLanguages(WORDS.total), money(totalOf(receipt), currency), true);
  for (const { taxBasisPoints, netMinor, taxMinor } of taxTotals(receipt)) {
    const rate = `${taxBasisPoints / 100}%`;
    row(`${bothLanguages(WORDS.net)} ${rate}`, money(netMinor, currency));
    row(`${bothLanguages(WORDS.tax)} ${rate}`, money(taxMinor, currency));
  }
  const by = kind === 'sale' ? WORDS.paid : WORDS.returned;
  for (const { text, amountMinor } of receipt.paidBy) {
    row(`${bothLanguages(by)} ${bothLanguages(text)}`, money(amountMinor, currency));
  }
}

function money(amountMinor: number, currency: string): string {
  const format = new Intl.NumberFormat('zh-CN', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** digits);
}

function currencySign({ currency }: Receipt): string {
  return money(0, currency);
}
