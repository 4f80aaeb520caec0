// What the hub told a box, written into the box's own store. Each part is one transaction: a box that is
// killed has the part or has it not.
import type { PoolClient } from 'pg';
import type { EventContent, EventNow, SyncAnswer } from '#protocol/edge.ts';
import type { EventFile } from '#protocol/event-file.ts';
import { keyContext } from '#server/entry/catalogue.ts';
import { seal } from '#server/platform/crypto.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { addScopes, type StoredControls } from '#server/venue/store.ts';
import { type BoxKey, openSealed } from './box-key.ts';
import { withPending } from './control-changes.ts';
import { upsertRows } from './rows.ts';

export async function applyEvent(
  context: ServerContext,
  box: BoxKey,
  number: number,
  version: string,
  content: EventContent,
): Promise<void> {
  await inTransaction(context.pool, async (client) => {
    const { id, file } = content.row as { id: string; file: EventFile };
    const keySeal = keyContext(id);
    const secret = openSealed(box, keySeal, Buffer.from(content.sealedKey, 'base64url'));
    const own = await kept(client, number, content.row);
    const sealed = seal(context.masterKey, keySeal, secret).toString('hex');
    const row = { ...content.row, ...own, sealed_key: `\\x${sealed}` };
    await upsertRows(client, 'events', [row]);
    const authorities = content.authorities.map((each) => ({ ...each, event: number }));
    await upsertRows(client, 'authorities', authorities);
    await upsertRows(client, 'evacuations', content.evacuations ?? []);
    await upsertRows(client, 'lane_people', content.people ?? []);
    await client.query(
      `INSERT INTO replicas (event, version, controls) VALUES ($1, $2, $3)
       ON CONFLICT (event) DO UPDATE SET version = excluded.version, controls = excluded.controls`,
      [number, version, JSON.stringify(content.controls)],
    );
    const controls = content.controls as unknown as StoredControls;
    const state = await withPending(client, context.self, number, controls);
    await upsertRows(client, 'controls', [{ event: number, state }]);
    // A box decides nothing before it has been named and has all that was decided before.
    await client.query(
      `INSERT INTO claim_heads (event, scopes, inside, this_minute, deciding_epoch)
       VALUES ($1, '{}', '{}', '{}', NULL) ON CONFLICT DO NOTHING`,
      [number],
    );
    await client.query(
      `UPDATE claim_heads h SET deciding_epoch = NULL, log_epoch = h.deciding_epoch
       FROM events e
       WHERE h.event = $1 AND e.number = $1 AND h.deciding_epoch < e.authority_epoch`,
      [number],
    );
    await addScopes(client, number, file);
  });
  await context.catalogue.reload(number);
  context.bus.emit('controls', number);
}

/**
 * A hub that was restored may name an authority of yesterday: what came after it stays. So does a re-admission
 * that was opened here, and of which the hub has yet to hear.
 */
async function kept(
  client: PoolClient,
  number: number,
  told: EventContent['row'],
): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await client.query<{ authority_epoch: number; entry_epoch: number }>(
    `SELECT authority, authority_epoch, handover_to, entry_epoch
     FROM events WHERE number = $1 FOR UPDATE`,
    [number],
  );
  const own = rows[0];
  if (own === undefined) return {};
  const { entry_epoch, ...authority } = own;
  return {
    ...(own.authority_epoch > Number(told['authority_epoch']) ? authority : {}),
    entry_epoch: Math.max(entry_epoch, Number(told['entry_epoch'])),
  };
}

export async function applyAccess(
  context: ServerContext,
  access: NonNullable<SyncAnswer['access']>,
): Promise<void> {
  await inTransaction(context.pool, async (client) => {
    await upsertRows(client, 'tokens', access.tokens);
    await upsertRows(client, 'devices', access.devices, ['seen_at']);
    await upsertRows(client, 'edges', access.edges, ['seen_at', 'report']);
    await remember(client, 'access', access.version);
    await client.query('UPDATE access_state SET revision = revision + 1');
  });
  context.access.committed();
}

/** What control told lanes: lanes at the box are told too. */
export async function applyNotices(
  { pool, bus }: ServerContext,
  event: number,
  told: NonNullable<EventNow['notices']>,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await upsertRows(client, 'messages', told.messages);
    await upsertRows(client, 'message_acknowledgements', told.acknowledgements);
    await upsertRows(client, 'notices', told.notices);
    await client.query(
      `INSERT INTO notice_heads VALUES ($1, $2)
       ON CONFLICT (event) DO UPDATE SET n = greatest(notice_heads.n, excluded.n)`,
      [event, told.through],
    );
  });
  bus.emit('notices', event);
}

export async function remember(client: PoolClient, what: string, value: string): Promise<void> {
  await client.query(
    `INSERT INTO replica_state (what, value) VALUES ($1, $2)
     ON CONFLICT (what) DO UPDATE SET value = excluded.value`,
    [what, value],
  );
}
