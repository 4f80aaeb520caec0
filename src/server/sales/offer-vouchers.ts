// SQL of vouchers and of their use. Uses are counted and noted under the lock of the event's stock, as orders
// are: so a voucher for one order is used in one, whoever asks at the same moment.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { CartVoucher } from '#domain/sales/cart.ts';
import type { Quote } from '#domain/sales/quoted.ts';
import { type VoucherList, type VoucherTerms, voucherCode, voucherOf } from '#protocol/vouchers.ts';
import { hmacSha256 } from '#server/platform/crypto.ts';

export type NewVoucher = {
  readonly id: string;
  readonly code: string;
  readonly terms: VoucherTerms;
};

/** @returns which of them have a name or a code that is taken; then nothing was stored */
export async function insertVouchers(
  client: PoolClient,
  masterKey: Uint8Array,
  event: number,
  vouchers: readonly NewVoucher[],
  by: { readonly person: string; readonly at: Instant },
): Promise<string[]> {
  const hashes = vouchers.map(({ code }) => codeHash(masterKey, event, code));
  const ids = vouchers.map(({ id }) => id);
  const { rows: taken } = await client.query<{ id: string; code_hash: Buffer }>(
    'SELECT id, code_hash FROM vouchers WHERE event = $1 AND (id = ANY($2) OR code_hash = ANY($3))',
    [event, ids, hashes],
  );
  if (taken.length > 0) {
    const isTaken = ({ id }: NewVoucher, index: number) =>
      taken.some((one) => one.id === id || one.code_hash.equals(hashes[index] ?? Buffer.alloc(0)));
    return vouchers.filter(isTaken).map(({ id }) => id);
  }
  await client.query(
    `INSERT INTO vouchers (event, id, code_hash, terms, made_by, made_at)
     SELECT $1, one.id, one.code_hash, one.terms, $5, $6
     FROM unnest($2::text[], $3::bytea[], $4::jsonb[]) AS one (id, code_hash, terms)`,
    [
      event,
      ids,
      hashes,
      vouchers.map(({ terms }) => JSON.stringify(terms)),
      by.person,
      new Date(by.at),
    ],
  );
  return [];
}

/** @returns whether there is such a voucher */
export async function stopVoucher(
  client: PoolClient,
  event: number,
  id: string,
  isStopped: boolean,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE vouchers SET is_stopped = $3 WHERE event = $1 AND id = $2',
    [event, id, isStopped],
  );
  return rowCount === 1;
}

const VOUCHERS_LISTED_MAX = 10_000;

export async function listVouchers(pool: Pool, event: number): Promise<VoucherList['vouchers']> {
  const { rows } = await pool.query<{
    id: string;
    terms: VoucherTerms;
    is_stopped: boolean;
    orders: string;
    spent: string;
  }>(
    `SELECT v.id, v.terms, v.is_stopped, count(u.order_id) AS orders,
            coalesce(sum(u.amount_minor), 0) AS spent
     FROM vouchers v LEFT JOIN voucher_uses u ON u.event = v.event AND u.voucher = v.id
     WHERE v.event = $1 GROUP BY v.event, v.id ORDER BY v.id LIMIT $2`,
    [event, VOUCHERS_LISTED_MAX],
  );
  return rows.map(({ id, terms, is_stopped: isStopped, orders, spent }) => ({
    id,
    terms,
    isStopped,
    orders: Number(orders),
    spentMinor: Number(spent),
  }));
}

/**
 * What the codes that somebody typed stand for, with their use so far, in the order they were typed. One
 * that is not known, or was stopped, is left out and named by its place.
 *
 * @param except - an order whose own use is not counted
 */
export async function vouchersOfCodes(
  client: Pool | PoolClient,
  masterKey: Uint8Array,
  event: number,
  asked: {
    readonly codes: readonly string[];
    readonly person: string | null;
    readonly except: string | null;
  },
): Promise<{ readonly vouchers: CartVoucher[]; readonly unknown: readonly number[] }> {
  if (asked.codes.length === 0) return { vouchers: [], unknown: [] };
  const hashes = asked.codes.map((text) => {
    const read = voucherCode.safeParse(text);
    return read.success ? codeHash(masterKey, event, read.data) : Buffer.alloc(0);
  });
  const { rows } = await client.query<VoucherRow>(
    `SELECT v.id, v.code_hash, v.terms, count(u.order_id) AS orders,
            count(u.order_id) FILTER (WHERE u.person = $3) AS by_person,
            coalesce(sum(u.amount_minor), 0) AS spent
     FROM vouchers v
     LEFT JOIN voucher_uses u
       ON u.event = v.event AND u.voucher = v.id AND u.order_id IS DISTINCT FROM $4
     WHERE v.event = $1 AND v.code_hash = ANY($2) AND NOT v.is_stopped
     GROUP BY v.event, v.id`,
    [event, hashes, asked.person, asked.except],
  );
  const vouchers: CartVoucher[] = [];
  const unknown: number[] = [];
  for (const [place, hash] of hashes.entries()) {
    const row = rows.find((one) => one.code_hash.equals(hash));
    if (row === undefined) unknown.push(place);
    else vouchers.push({ voucher: voucherOf(row.id, row.terms), use: soFar(row) });
  }
  return { vouchers, unknown };
}

/** An order was made with these: they count from now on. */
export async function noteVoucherUses(
  client: PoolClient,
  event: number,
  order: { readonly id: string; readonly person: string | null },
  vouchers: Quote['vouchers'],
): Promise<void> {
  if (vouchers.length === 0) return;
  await client.query(
    `INSERT INTO voucher_uses (event, voucher, order_id, person, amount_minor)
     SELECT $1, one.voucher, $3, $4, one.amount
     FROM unnest($2::text[], $5::bigint[]) AS one (voucher, amount)
     ON CONFLICT (event, voucher, order_id) DO NOTHING`,
    [
      event,
      vouchers.map(({ id }) => id),
      order.id,
      order.person,
      vouchers.map(({ amountMinor }) => amountMinor),
    ],
  );
}

/** The order ended unpaid, or was given back under a policy that lets its vouchers be used again. */
export async function freeVoucherUses(client: PoolClient, order: string): Promise<void> {
  await client.query('DELETE FROM voucher_uses WHERE order_id = $1', [order]);
}

type VoucherRow = {
  id: string;
  code_hash: Buffer;
  terms: VoucherTerms;
  orders: string;
  by_person: string;
  spent: string;
};

function soFar({ orders, by_person, spent }: VoucherRow): CartVoucher['use'] {
  return {
    orders: Number(orders),
    byThisPerson: Number(by_person),
    spentMinor: Number(spent),
  };
}

/** Keyed, because a code that people can type could be guessed from a bare hash. */
function codeHash(masterKey: Uint8Array, event: number, code: string): Buffer {
  const message = Buffer.from(`kaimen voucher 1\n${event}\n${code}`);
  return Buffer.from(hmacSha256(masterKey, message));
}
