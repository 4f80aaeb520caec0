// What a hub tells a box: the events near at hand, who may do what, and how far lists and decisions have
// come. Small when nothing has changed, so that it can be asked twice a second.
import type { Pool } from 'pg';
import type { AuthorityRow, EventContent, EventNow, Row, SyncAnswer } from '#protocol/edge.ts';
import { keyContext } from '#server/entry/catalogue.ts';
import { storeName } from '#server/entry/store-name.ts';
import { unseal } from '#server/platform/crypto.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { sealForBox } from './box-key.ts';

/**
 * A stolen box can mint what it has keys for: it gets those of matches that are near, not of the season.
 * Open events are always among them.
 */
const BEFORE_DOORS = '14 days';
const AFTER_END = '36 hours';

/** What changes without the fence: drills, stands reported empty, people who may stand at lanes. */
const BESIDES = `left(md5(
    (SELECT coalesce(string_agg(v::text, '' ORDER BY id), '') FROM evacuations v WHERE v.event = e.number) ||
    (SELECT count(*) || ':' || count(revoked_at) FROM lane_people p WHERE p.event = e.number)), 8)`;

const NEAR = `
  SELECT e.number, coalesce((SELECT n FROM notice_heads WHERE event = e.number), 0) AS notices, h.fence, h.revision, h.log_store, e.authority_epoch, l.epoch AS list_epoch, l.n,
    ${BESIDES} AS besides
  FROM events e
  JOIN claim_heads h ON h.event = e.number
  JOIN lists l ON l.event = e.number
  WHERE e.status = 'open' OR (e.status <> 'archived'
    AND (e.file->>'doorsAt')::timestamptz < $1::timestamptz + interval '${BEFORE_DOORS}'
    AND (e.file->>'endsAt')::timestamptz > $1::timestamptz - interval '${AFTER_END}')
  ORDER BY e.number`;

type Near = {
  number: number;
  notices: string;
  fence: string;
  revision: string;
  log_store: string | null;
  authority_epoch: number;
  list_epoch: string;
  n: string;
  besides: string;
};

export type Has = {
  readonly access: string | null;
  readonly events: Readonly<Record<string, string>>;
  readonly notices: Readonly<Record<string, number>>;
};

/** @param publicKey - of the box: keys of events are sealed for it */
export async function tellBox(
  context: ServerContext,
  edge: string,
  publicKey: Buffer,
  has: Has,
): Promise<Omit<SyncAnswer, 'at'>> {
  const { pool, storeState } = context;
  const store = storeState.current().epoch;
  const { rows: near } = await pool.query<Near>(NEAR, [new Date(context.now())]);
  const events: EventNow[] = [];
  for (const each of near) {
    // Whatever could change a verdict raises the fence; a restored store begins an epoch of its own.
    const version = `${store}:${each.fence}:${each.besides}`;
    const isKnown = has.events[each.number] === version;
    events.push({
      number: each.number,
      version,
      content: isKnown ? null : await contentOf(context, each.number, publicKey),
      list: `${each.list_epoch}:${each.n}`,
      log: {
        epoch: each.authority_epoch,
        store: each.log_store ?? store,
        revision: Number(each.revision),
      },
      notices: await noticesFor(pool, each, has.notices[each.number] ?? 0),
    });
  }
  const numbers = near.map(({ number }) => number);
  return {
    hub: storeName(context.masterKey),
    storeEpoch: store,
    access: await accessFor(pool, store, numbers, has.access),
    events,
    changesThrough: await changesThrough(pool, edge),
  };
}

async function contentOf(
  { pool, masterKey }: ServerContext,
  number: number,
  publicKey: Buffer,
): Promise<EventContent> {
  return onSnapshot(pool, async (client) => {
    const { rows } = await client.query<{
      row: Row;
      sealed: Buffer;
      controls: Row;
      authorities: AuthorityRow[];
      evacuations: Row[];
      people: Row[];
    }>(
      `SELECT to_jsonb(e) - 'sealed_key' AS row, e.sealed_key AS sealed, c.state AS controls,
         (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'event' ORDER BY a.epoch), '[]')
          FROM authorities a WHERE a.event = e.number) AS authorities,
         (SELECT coalesce(jsonb_agg(to_jsonb(v)), '[]')
          FROM evacuations v WHERE v.event = e.number) AS evacuations,
         (SELECT coalesce(jsonb_agg(to_jsonb(p) - 'pin_hash'), '[]')
          FROM lane_people p WHERE p.event = e.number) AS people
       FROM events e JOIN controls c ON c.event = e.number WHERE e.number = $1`,
      [number],
    );
    const found = rows[0];
    if (found === undefined) throw new Error(`event number ${number} is gone`);
    const seal = keyContext(String(found.row['id']));
    const secret = unseal(masterKey, seal, found.sealed);
    return {
      row: found.row,
      sealedKey: sealForBox(publicKey, seal, secret).toString('base64url'),
      controls: found.controls,
      authorities: found.authorities,
      evacuations: found.evacuations,
      people: found.people,
    };
  });
}

/** Tokens and devices by their hashes; of devices those of these events. */
async function accessFor(
  pool: Pool,
  store: string,
  numbers: readonly number[],
  known: string | null,
): Promise<SyncAnswer['access']> {
  return onSnapshot(pool, async (client) => {
    const { rows } = await client.query<{ revision: string }>('SELECT revision FROM access_state');
    const version = `${store}:${rows[0]?.revision}:${numbers.join(',')}`;
    if (version === known) return null;
    const tokens = await client.query<{ row: Row }>('SELECT to_jsonb(t) AS row FROM tokens t');
    const devices = await client.query<{ row: Row }>(
      'SELECT to_jsonb(d) AS row FROM devices d WHERE event = ANY ($1)',
      [numbers],
    );
    const edges = await client.query<{ row: Row }>(
      `SELECT to_jsonb(x) - 'report' - 'seen_at' AS row FROM edges x`,
    );
    const rowsOf = (found: { rows: { row: Row }[] }) => found.rows.map(({ row }) => row);
    return { version, tokens: rowsOf(tokens), devices: rowsOf(devices), edges: rowsOf(edges) };
  });
}

const NOTICES_AT_ONCE_MAX = 500;

async function noticesFor(
  pool: Pool,
  { number, notices: last }: Near,
  after: number,
): Promise<EventNow['notices']> {
  if (Number(last) <= after) return null;
  return onSnapshot(pool, async (client) => {
    const rowsOf = async (sql: string, values: readonly unknown[]) => {
      const { rows } = await client.query<{ row: Row }>(sql, [...values]);
      return rows.map(({ row }) => row);
    };
    const notices = await rowsOf(
      `SELECT to_jsonb(x) AS row FROM notices x
       WHERE event = $1 AND n > $2 AND n <= $3 ORDER BY n LIMIT $4`,
      [number, after, last, NOTICES_AT_ONCE_MAX],
    );
    const messages = 'SELECT to_jsonb(x) AS row FROM messages x WHERE event = $1';
    const taken = 'SELECT to_jsonb(x) AS row FROM message_acknowledgements x WHERE event = $1';
    return {
      through: Number(notices.at(-1)?.['n'] ?? last),
      notices,
      messages: await rowsOf(messages, [number]),
      acknowledgements: await rowsOf(taken, [number]),
    };
  });
}

async function changesThrough(pool: Pool, edge: string): Promise<number> {
  const { rows } = await pool.query<{ seq: string | null }>(
    'SELECT max(seq) AS seq FROM control_changes WHERE edge = $1',
    [edge],
  );
  return Number(rows[0]?.seq ?? 0);
}
