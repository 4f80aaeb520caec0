// Receipts: numbered without gaps in the transaction that writes them, and kept as they were issued.
import type { PoolClient } from 'pg';
import {
  assertAddsUp,
  type Receipt,
  type ReceiptLine,
  type ReceiptPayment,
  receiptNumber,
} from '#domain/delivery/receipt.ts';
import { usedOf } from '#domain/sales/order.ts';
import type { FeeCharge, Quote } from '#domain/sales/quoted.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import type { StoredOrder } from '#server/sales/order-store.ts';

export type Seller = Receipt['seller'];

/** Names of what was sold, as the sale has them. */
export type SaleNames = {
  readonly type: (id: string) => Localized;
  readonly fee: (id: string) => Localized;
  readonly tax: (id: string) => number;
  /** As people read it; null: standing. */
  readonly seat: (line: string) => string | null;
};

export type Issuing = {
  readonly stored: StoredOrder;
  readonly names: SaleNames;
  readonly seller: Seller;
  readonly match: Localized;
  readonly timeZone: string;
  readonly at: number;
};

/** The receipt of a sale: the one that was issued, or a new one. */
export async function issueReceipt(client: PoolClient, issuing: Issuing): Promise<Receipt> {
  const { stored, at, timeZone } = issuing;
  const year = Number(new Intl.DateTimeFormat('en', { year: 'numeric', timeZone }).format(at));
  const series = `sale/${year}`;
  // Whoever asks for the same one waits here, and finds it.
  await client.query('INSERT INTO receipt_series VALUES ($1, 0) ON CONFLICT DO NOTHING', [series]);
  await client.query('SELECT FROM receipt_series WHERE series = $1 FOR UPDATE', [series]);
  const known = await client.query<{ body: Receipt }>(
    `SELECT body FROM receipts WHERE order_id = $1 AND cause = 'sale'`,
    [stored.id],
  );
  if (known.rows[0] !== undefined) return known.rows[0].body;
  const numbered = await client.query<{ last: number }>(
    'UPDATE receipt_series SET last = last + 1 WHERE series = $1 RETURNING last',
    [series],
  );
  const receipt = saleReceipt(issuing, receiptNumber('sale', year, numbered.rows[0]?.last ?? 0));
  assertAddsUp(receipt);
  await client.query(
    `INSERT INTO receipts (number, order_id, cause, issued_at, body) VALUES ($1, $2, 'sale', $3, $4)`,
    [receipt.number, stored.id, new Date(at), JSON.stringify(receipt)],
  );
  return receipt;
}

function saleReceipt(
  { stored, names, seller, match, timeZone, at }: Issuing,
  number: string,
): Receipt {
  const { quote, order } = stored;
  return {
    number,
    kind: 'sale',
    orderRef: stored.id,
    issuedAt: at,
    timeZone,
    seller,
    match,
    currency: quote.currency,
    lines: linesOf(quote, names),
    paidBy: order.payments
      .filter((payment) => usedOf(payment) > 0)
      .map((payment) => ({ text: providerName(payment.provider), amountMinor: usedOf(payment) })),
    corrects: null,
  };
}

function linesOf(quote: Quote, names: SaleNames): ReceiptLine[] {
  const tickets = quote.lines.map((line): ReceiptLine => {
    const seat = names.seat(line.id);
    const type = names.type(line.type);
    const withSeat = (text: string) => (seat === null ? text : `${text} ${seat}`);
    return {
      text: { 'zh-CN': withSeat(type['zh-CN']), en: withSeat(type.en) },
      quantity: 1,
      amountMinor: line.ticketMinor,
      taxBasisPoints: names.tax(line.tax),
      taxMinor: line.taxMinor,
    };
  });
  const charges = [...quote.lines.flatMap(({ fees }) => fees), ...quote.fees];
  return [...tickets, ...feeLines(charges, names)];
}

/** Fees of one name and one tax stand in one line. */
function feeLines(charges: readonly FeeCharge[], names: SaleNames): ReceiptLine[] {
  const groups = Map.groupBy(charges, ({ fee, tax }) => `${fee}\n${tax}`);
  return [...groups.values()].flatMap((of) => {
    const [first] = of;
    if (first === undefined) return [];
    return [
      {
        text: names.fee(first.fee),
        quantity: of.length,
        amountMinor: of.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
        taxBasisPoints: names.tax(first.tax),
        taxMinor: of.reduce((sum, { taxMinor }) => sum + taxMinor, 0),
      },
    ];
  });
}

const PROVIDERS: Readonly<Record<string, Localized>> = {
  alipay: { 'zh-CN': '支付宝', en: 'Alipay' },
  'wechat-pay': { 'zh-CN': '微信支付', en: 'WeChat Pay' },
  stripe: { 'zh-CN': '银行卡', en: 'Card' },
  card: { 'zh-CN': '银行卡', en: 'Card' },
  cash: { 'zh-CN': '现金', en: 'Cash' },
  transfer: { 'zh-CN': '银行转账', en: 'Bank transfer' },
  'club-credit': { 'zh-CN': '俱乐部余额', en: 'Club credit' },
  consignment: { 'zh-CN': '窗口备票', en: 'Box office' },
  sandbox: { 'zh-CN': '演示支付', en: 'Demonstration' },
};

function providerName(provider: string): ReceiptPayment['text'] {
  return PROVIDERS[provider] ?? { 'zh-CN': provider, en: provider };
}
