// An older copy of this hub does not know who has been named since: boxes do, and tell it with each call. What
// it would decide as the authority of yesterday would be decided twice.
import type { Pool, PoolClient } from 'pg';
import type { z } from 'zod';
import type { AuthorityRow as Named, syncRequest } from '#protocol/edge.ts';
import { storeName } from '#server/entry/store-name.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { dropLog } from './log.ts';
import { lockAuthorityOf } from './move-authority.ts';
import { upsertRows } from './rows.ts';

type Told = Pick<z.infer<typeof syncRequest>, 'hub' | 'authorities'>;

/** At a box: of each event those who have decided it, the last few of them. */
export async function authoritiesKnown(
  pool: Pool,
  max: number,
): Promise<Readonly<Record<string, Named[]>>> {
  const { rows } = await pool.query<{ event: number; named: Named[] }>(
    `SELECT a.event, jsonb_agg(to_jsonb(a) - 'event' ORDER BY a.epoch) AS named
     FROM (SELECT *, row_number() OVER (PARTITION BY event ORDER BY epoch DESC) AS nth
           FROM authorities) a
     JOIN events e ON e.number = a.event
     WHERE nth <= $1 AND e.status <> 'archived' GROUP BY a.event`,
    [max],
  );
  const told = ({ epoch, node, from_revision, was_lost, since }: Named) => ({
    ...{ epoch, node, from_revision, was_lost, since },
  });
  return Object.fromEntries(rows.map(({ event, named }) => [event, named.map(told)]));
}

/** At the hub. Deciding stops before the answer goes out, wherever what was told is newer. */
export async function hearOfAuthorities(
  context: ServerContext,
  edge: string,
  { hub, authorities }: Told,
): Promise<void> {
  // A box that came from another hub names events of another hub.
  if (authorities === undefined || hub !== storeName(context.masterKey)) return;
  const { rows } = await context.pool.query<{ number: number; authority_epoch: number }>(
    'SELECT number, authority_epoch FROM events WHERE number = ANY ($1::integer[])',
    [Object.keys(authorities)],
  );
  for (const { number, authority_epoch: epoch } of rows) {
    const newer = (authorities[number] ?? []).filter((each) => each.epoch > epoch);
    if (newer.length > 0) await adopt(context, edge, number, newer);
  }
}

async function adopt(
  context: ServerContext,
  edge: string,
  number: number,
  newer: readonly Named[],
): Promise<void> {
  const { storeState, log, pool, catalogue, bus } = context;
  // First: until the rest is written down, this store would go on deciding.
  if (storeState.current().state === 'serving') {
    await storeState.beginRebuild(`${edge} knows a later authority of event ${number}`);
  }
  await inTransaction(pool, (client) => adoptIn(client, number, newer));
  await catalogue.reload(number);
  bus.emit('controls', number);
  const { node, epoch } = newer.at(-1) ?? {};
  log.error({ edge, event: number, node, epoch }, 'a later authority than this store knew');
}

/** Where a box was named last, what it has decided comes from its beginning; what the hub has is a copy's. */
async function adoptIn(client: PoolClient, number: number, newer: readonly Named[]): Promise<void> {
  const row = await lockAuthorityOf(client, number);
  const last = newer.reduce((a, b) => (a.epoch > b.epoch ? a : b));
  if (last.epoch <= row.authority_epoch) return;
  await upsertRows(
    client,
    'authorities',
    newer.map((each) => ({ ...each, event: number })),
  );
  await client.query(
    'UPDATE events SET authority = $2, authority_epoch = $3, handover_to = NULL WHERE number = $1',
    [number, last.node, last.epoch],
  );
  const isHub = last.node === 'hub';
  await client.query(
    'UPDATE claim_heads SET deciding_epoch = $2, fence = fence + 1 WHERE event = $1',
    [number, isHub ? last.epoch : null],
  );
  if (!isHub) await dropLog(client, number);
}
