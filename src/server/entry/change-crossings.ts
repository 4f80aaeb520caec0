// Changing the crossings of one ticket outside the batches: annulments and journals. The head is
// locked first, as every commit of claims does, so that no two changes can wait for each other.
import type { PoolClient } from 'pg';
import { refold } from '#domain/entry/conflicts.ts';
import type { Crossing } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { scopesCrossed } from '#domain/venue/match-event.ts';
import type { Catalogue, OpenEvent } from './catalogue.ts';
import { NotAuthorityError } from './elsewhere.ts';
import { type CrossingChange, noteCrossings } from './history.ts';
import { type ClaimKey, noteConflicts } from './note-conflicts.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from './ticket-row.ts';

export type Changed = {
  readonly revision: number;
  /** People put inside (or outside) by the change. */
  readonly inside: number;
  /** Admissions that now meet another on the same ticket, and did not before. */
  readonly conflicts: number;
};

/**
 * @param event - from {@link lockEventHead}: its lock is held until the transaction ends
 * @param passage - the gate through which the people counted passed; when the change is made
 * @param change - null leaves everything as it is
 * @returns null if there is no such ticket, or `change` returned null
 */
export async function changeCrossings(
  client: PoolClient,
  event: OpenEvent,
  key: ClaimKey,
  passage: { readonly gate: string; readonly now: Instant },
  change: (before: readonly Crossing[]) => readonly Crossing[] | null,
): Promise<Changed | null> {
  if (event.cell !== undefined) {
    const changed = await event.cell.change(event.ground, key, passage.gate, change);
    if (changed === null) return null;
    return { revision: changed.revision, inside: changed.inside, conflicts: changed.fresh };
  }
  const values = [event.number, key.entryEpoch, key.checkpoint, key.serial];
  const claim = await client.query<{ crossings: Crossing[] }>(
    `SELECT crossings FROM claims
     WHERE event = $1 AND entry_epoch = $2 AND checkpoint = $3 AND serial = $4`,
    values,
  );
  const ticket = await client.query<TicketRow>(
    `SELECT ${TICKET_COLUMNS} FROM tickets WHERE event = $1 AND serial = $2`,
    [event.number, key.serial],
  );
  const row = ticket.rows[0];
  if (row === undefined) return null;
  const before = claim.rows[0]?.crossings ?? [];
  const after = change(before);
  if (after === null) return null;
  const rules = rulesFor(event.ground, ticketOf(row));
  const refolded = refold(before, after, rules);
  const { fresh } = refolded;
  // Of an earlier entry epoch: whoever is in now has been counted anew since.
  const inside = key.entryEpoch === event.entryEpoch ? refolded.inside : 0;
  const scopes = scopesCrossed(event.ground, row.section, passage.gate, row.stand);
  const changed = { ...key, crossings: after };
  const revision = await takeRevision(client, event, scopes, inside, changed);
  await client.query(
    `INSERT INTO claims (event, entry_epoch, checkpoint, serial, crossings, revision, previous)
     VALUES ($1, $2, $3, $4, $5, $6, 0)
     ON CONFLICT (event, entry_epoch, checkpoint, serial) DO UPDATE
       SET crossings = excluded.crossings, previous = claims.revision, revision = excluded.revision`,
    [...values, JSON.stringify(after), revision],
  );
  await noteConflicts(client, event.number, key, refolded, passage.now);
  return { revision, inside, conflicts: fresh };
}

/**
 * The event as it is now, and stays until the transaction ends: nothing can raise its fence meanwhile.
 *
 * @throws NotAuthorityError when another store decides its claims
 */
export async function lockEventHead(
  client: PoolClient,
  catalogue: Catalogue,
  number: number,
): Promise<OpenEvent> {
  const { rows } = await client.query<{ fence: string }>(
    'SELECT fence FROM claim_heads WHERE event = $1 FOR UPDATE',
    [number],
  );
  const kept = await catalogue.get(number, client);
  const isFresh = kept.cell === undefined && kept.fence === Number(rows[0]?.fence);
  const event = isFresh ? kept : await catalogue.reload(number, client);
  if (!event.isHere) throw new NotAuthorityError(event);
  return event;
}

/**
 * The next revision; counts people past any limit, because they are where they are.
 *
 * @param scan - on whose account: a cell counts it once, however often it is tried
 */
export async function takeRevision(
  client: PoolClient,
  event: OpenEvent,
  scopes: readonly string[],
  inside: number,
  changed: CrossingChange | null = null,
  scan: { readonly device: string; readonly scanId: string } | null = null,
): Promise<number> {
  if (event.cell !== undefined) {
    if (scan === null) throw new Error('people in a cell are counted on account of a scan');
    return await event.cell.count(scan, scopes, inside);
  }
  const delta = [...event.scopeIndex.keys()].map((scope) => (scopes.includes(scope) ? inside : 0));
  const { rows } = await client.query<{ revision: string }>(
    `UPDATE claim_heads h SET revision = revision + 1,
       inside = (SELECT array_agg(x.a + coalesce(x.d, 0) ORDER BY x.o)
                 FROM unnest(h.inside, $2::integer[]) WITH ORDINALITY AS x (a, d, o))
     WHERE h.event = $1 RETURNING h.revision`,
    [event.number, delta],
  );
  await noteCrossings(client, event.number, changed, { scopes, inside });
  return Number(rows[0]?.revision ?? 0);
}
