// The stock on PostgreSQL. A step holds the lock of the event's head from its first statement to its commit, and
// writes everything that it changed in one statement, which takes itself back when anything is not as this node
// remembered it.
import type { Pool, PoolClient } from 'pg';
import { assert } from '#domain/kernel/assert.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import { loadSale, type OpenSale } from './open-sale.ts';
import type { Hold, Place, StockChange } from './stock-change.ts';
import { type SoldPart, StockMemory } from './stock-memory.ts';

export type Head = {
  readonly revision: number;
  /** The version of the offer that the stock was last arranged by, and the one in force. */
  readonly arrangedFor: number;
  readonly offered: number;
  readonly now: number;
};

/** @returns null: nothing of this event is on sale */
export async function lockHead(client: PoolClient, event: number): Promise<Head | null> {
  const { rows } = await client.query<HeadRow>({
    name: 'stock-lock',
    text: `SELECT revision, arranged_for, floor(extract(epoch FROM clock_timestamp()) * 1000) AS now,
             (SELECT max(version) FROM sale_offers WHERE event = $1) AS offered
           FROM stock_heads WHERE event = $1 FOR UPDATE`,
    values: [event],
  });
  const row = rows[0];
  if (row === undefined) return null;
  const { revision, arranged_for: arrangedFor, offered, now } = row;
  return { revision: Number(revision), arrangedFor, offered: offered ?? 0, now: Number(now) };
}

type HeadRow = { revision: string; arranged_for: number; offered: number | null; now: string };

/** Requests that made a hold, whatever has become of it. */
export async function askedBefore(
  client: PoolClient,
  event: number,
  requests: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ request: string }>({
    name: 'stock-asked',
    text: `SELECT request_hash AS request FROM holds
           WHERE event = $1 AND request_hash = ANY ($2::text[])`,
    values: [event, arrayLiteral(requests)],
  });
  return new Set(rows.map(({ request }) => request));
}

/** The first that looks at a stock gives it its head. */
export async function ensureHead(pool: Pool, event: number): Promise<void> {
  await pool.query('INSERT INTO stock_heads (event) VALUES ($1) ON CONFLICT (event) DO NOTHING', [
    event,
  ]);
}

export type LogPage = { readonly revision: number; readonly changes: readonly StockChange[] };

/** @returns what follows `after`, without gaps; null: that is too long ago, and all must be read again */
export async function readLog(
  client: Pool | PoolClient,
  event: number,
  after: number,
): Promise<readonly LogPage[] | null> {
  const { rows } = await client.query<{ revision: string; changes: StockChange[] }>({
    name: 'stock-log',
    text: `SELECT revision, changes FROM stock_log WHERE event = $1 AND revision > $2
           ORDER BY revision LIMIT ${LOG_PAGES_MAX}`,
    values: [event, after],
  });
  if (rows.length === LOG_PAGES_MAX) return null;
  const pages = rows.map((row) => ({ revision: Number(row.revision), changes: row.changes }));
  return pages.every((page, index) => page.revision === after + index + 1) ? pages : null;
}

const LOG_PAGES_MAX = 2_000;
/** Whoever is further behind reads everything anew; a few more, for those who are reading just now. */
const LOG_KEPT = 2 * LOG_PAGES_MAX;
const LOG_PRUNED_AT_ONCE = 5_000;

/** Forgets what no node will read any more. @returns how many steps */
export async function pruneLog(
  pool: Pool,
  event: number,
  revision: number,
  kept = LOG_KEPT,
): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM stock_log WHERE event = $1 AND revision IN (
       SELECT revision FROM stock_log WHERE event = $1 AND revision <= $2
       ORDER BY revision LIMIT ${LOG_PRUNED_AT_ONCE})`,
    [event, revision - kept],
  );
  return rowCount ?? 0;
}

/** Everything anew, as of one moment. */
export async function loadStock(pool: Pool, event: number): Promise<StockMemory | null> {
  return await onSnapshot(pool, async (client) => {
    const sale = await loadSale(client, event);
    if (sale === null) return null;
    const head = await client.query<{ revision: string }>(
      'SELECT revision FROM stock_heads WHERE event = $1',
      [event],
    );
    const memory = new StockMemory(sale, Number(head.rows[0]?.revision ?? 0));
    await fillSeats(client, memory, sale);
    await fillHolds(client, memory, sale);
    return memory;
  });
}

async function fillSeats(client: PoolClient, memory: StockMemory, sale: OpenSale): Promise<void> {
  const seats = await client.query<{ seat: number; state: string; hold: string | null }>(
    `SELECT seat, state, hold FROM stock_seats WHERE event = $1 AND state IN ('sold', 'blocked')`,
    [sale.event],
  );
  for (const { seat, state, hold } of seats.rows) {
    if (state === 'sold' && hold !== null) memory.fillSold(seat, hold);
    else memory.apply({ kind: 'blocked', seats: [seat] });
  }
  const areas = await client.query<{ area: string; taken: number }>(
    'SELECT area, taken FROM stock_areas WHERE event = $1',
    [sale.event],
  );
  for (const { area, taken } of areas.rows) memory.fillArea(area, taken);
}

type HoldRow = {
  id: string;
  cart_hash: string;
  request_hash: string;
  channel: Hold['channel'];
  person: string;
  order_id: string | null;
  until: string;
  is_extended: boolean;
  places: PlaceText[];
};
/** Line, seat, section, type. */
export type PlaceText = readonly [string, number | null, string, string];

async function fillHolds(client: PoolClient, memory: StockMemory, sale: OpenSale): Promise<void> {
  const live = await client.query<HoldRow>(
    `SELECT id, cart_hash, request_hash, channel, person, order_id, is_extended, places,
            round(extract(epoch FROM expires_at) * 1000) AS until
     FROM holds WHERE event = $1 AND state = 'live'`,
    [sale.event],
  );
  for (const row of live.rows) memory.fillHold(holdOf(row));
  const sold = await client.query<SoldRow>(
    `SELECT h.channel, h.person, l.category, l.type, count(*)::integer AS tickets
     FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN holds h ON h.id = o.hold
     WHERE l.event = $1 AND l.is_live AND h.state = 'sold'
     GROUP BY h.channel, h.person, l.category, l.type`,
    [sale.event],
  );
  memory.fillSoldParts(
    sold.rows.map(({ channel, person, category, type, tickets }): SoldPart => {
      return { channel, person, lines: [{ category, type }], tickets };
    }),
  );
}

type SoldRow = {
  channel: Hold['channel'];
  person: string;
  category: string;
  type: string;
  tickets: number;
};

function holdOf(row: HoldRow): Hold {
  return {
    id: row.id,
    cart: row.cart_hash,
    request: row.request_hash,
    channel: row.channel,
    places: row.places.map(placeOf),
    until: Number(row.until),
    isExtended: row.is_extended,
    order: row.order_id,
    person: row.person,
  };
}

export function placeOf([line, seat, section, type]: PlaceText): Place {
  return { line, seat, section, type };
}

export type SeatWrite = {
  readonly seat: number;
  readonly state: string;
  readonly hold: string | null;
  /** The hold that it had before this step. */
  readonly previous: string | null;
};

export type HoldWrite = Hold & { readonly state: 'live' | 'expired' | 'released' | 'sold' };

export type StockWrites = {
  readonly event: number;
  /** Of this step. */
  readonly revision: number;
  readonly log: string;
  readonly seats: readonly SeatWrite[];
  readonly newHolds: readonly HoldWrite[];
  /** Of holds that were there: what may change of them. */
  readonly holds: readonly HoldWrite[];
  readonly areas: readonly { readonly area: string; readonly by: number }[];
};

const WRITE = `
  WITH head AS (
    UPDATE stock_heads SET revision = $2::bigint WHERE event = $1::integer AND revision = $2::bigint - 1
    RETURNING 1
  ), logged AS (
    INSERT INTO stock_log (event, revision, changes) VALUES ($1::integer, $2::bigint, $3::json)
  ), seats AS (
    INSERT INTO stock_seats AS s (event, seat, state, hold, previous)
    SELECT $1::integer, * FROM unnest($4::integer[], $5::text[], $6::text[], $7::text[])
    ON CONFLICT (event, seat) DO UPDATE
      SET state = excluded.state, hold = excluded.hold, previous = excluded.previous
      WHERE s.hold IS NOT DISTINCT FROM excluded.previous
    RETURNING 1
  ), made AS (
    INSERT INTO holds (id, event, cart_hash, request_hash, channel, person, order_id, state, expires_at,
      is_extended, places)
    SELECT id, $1::integer, cart, request, channel, person, ord, state, to_timestamp(until / 1000), ext, places
    FROM unnest($8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
      $15::float8[], $16::boolean[], $17::json[])
      AS h (id, cart, request, channel, person, ord, state, until, ext, places)
  ), changed AS (
    UPDATE holds h SET state = c.state, expires_at = to_timestamp(c.until / 1000), is_extended = c.ext,
      order_id = c.ord, person = c.person
    FROM unnest($18::text[], $19::text[], $20::float8[], $21::boolean[], $22::text[], $23::text[])
      AS c (id, state, until, ext, ord, person)
    WHERE h.id = c.id
    RETURNING 1
  ), areas AS (
    UPDATE stock_areas a SET taken = a.taken + c.by
    FROM unnest($24::text[], $25::integer[]) AS c (area, by)
    WHERE a.event = $1::integer AND a.area = c.area
    RETURNING 1
  )
  SELECT 1 / (CASE WHEN (SELECT count(*) FROM head) = 1
      AND (SELECT count(*) FROM seats) = cardinality($4::integer[])
      AND (SELECT count(*) FROM changed) = cardinality($18::text[])
      AND (SELECT count(*) FROM areas) = cardinality($24::text[])
    THEN 1 ELSE 0 END) AS whole`;

/** @throws whatever PostgreSQL says when a row is not as it was remembered: the step is taken back */
export async function writeStock(client: PoolClient, writes: StockWrites): Promise<void> {
  const { seats, newHolds, holds, areas } = writes;
  const values = [
    writes.event,
    writes.revision,
    writes.log,
    arrayLiteral(seats.map(({ seat }) => seat)),
    arrayLiteral(seats.map(({ state }) => state)),
    arrayLiteral(seats.map(({ hold }) => hold)),
    arrayLiteral(seats.map(({ previous }) => previous)),
    arrayLiteral(newHolds.map(({ id }) => id)),
    arrayLiteral(newHolds.map(({ cart }) => cart)),
    arrayLiteral(newHolds.map(({ request }) => request)),
    arrayLiteral(newHolds.map(({ channel }) => channel)),
    arrayLiteral(newHolds.map(({ person }) => person)),
    arrayLiteral(newHolds.map(({ order }) => order)),
    arrayLiteral(newHolds.map(({ state }) => state)),
    arrayLiteral(newHolds.map(({ until }) => until)),
    arrayLiteral(newHolds.map(({ isExtended }) => isExtended)),
    arrayLiteral(newHolds.map(({ places }) => placesText(places))),
    arrayLiteral(holds.map(({ id }) => id)),
    arrayLiteral(holds.map(({ state }) => state)),
    arrayLiteral(holds.map(({ until }) => until)),
    arrayLiteral(holds.map(({ isExtended }) => isExtended)),
    arrayLiteral(holds.map(({ order }) => order)),
    arrayLiteral(holds.map(({ person }) => person)),
    arrayLiteral(areas.map(({ area }) => area)),
    arrayLiteral(areas.map(({ by }) => by)),
  ];
  assert(values.length === 25, 'a value for each place of the statement');
  await client.query({ name: 'stock-write', text: WRITE, values });
}

function placesText(places: readonly Place[]): string {
  return JSON.stringify(
    places.map(({ line, seat, section, type }): PlaceText => [line, seat, section, type]),
  );
}
