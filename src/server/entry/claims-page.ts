// Everyone's crossings, for lanes that may have to decide alone: claims in the order of their last
// change, whoever made it. Revisions are given under one lock, so what is there up to one of them is there
// without a gap, also in the store of a box that follows.
import type { Pool, PoolClient } from 'pg';
import type { Crossing } from '#domain/entry/crossings.ts';
import { type ClaimsCursor, packClaim, parseClaimsCursor } from '#domain/sync/claims.ts';
import type { ClaimsPage } from '#protocol/claims.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import { loadStore } from './epochs.ts';

type Head = {
  revision: string;
  deciding_epoch: number | null;
  log_store: string | null;
  entry_epoch: number;
  doors: Date;
};

type Row = { serial: number; checkpoint: string; crossings: Crossing[]; revision: string };

/**
 * What changed after `since`; from the beginning when it is null.
 *
 * @throws HttpProblem `cursor-expired` (410) for a cursor of which this store cannot say that what it has
 *   follows: start again without one
 */
export function claimsPageOf(
  pool: Pool,
  event: number,
  since: string | null,
  limit: number,
): Promise<ClaimsPage> {
  return onSnapshot(pool, async (client) => {
    const head = await headOf(client, event);
    const from = since === null ? 0 : await fromOf(client, event, since, head);
    const { rows } = await client.query<Row>(
      `SELECT serial, checkpoint, crossings, revision FROM claims
       WHERE event = $1 AND entry_epoch = $2 AND revision > $3 AND revision <= $4
       ORDER BY revision, serial LIMIT $5`,
      [event, head.entry_epoch, from, head.cursor.revision, limit + 1],
    );
    const next = rows[limit];
    // Claims of one revision travel together.
    const shown =
      next === undefined ? rows : rows.filter(({ revision }) => revision !== next.revision);
    const through = next === undefined ? head.cursor.revision : Number(shown.at(-1)?.revision);
    return pageOf(head, from, through, next !== undefined, shown);
  });
}

/** Where this store stands now. */
export function claimsHeadOf(pool: Pool, event: number): Promise<string> {
  return onSnapshot(pool, async (client) => textOf((await headOf(client, event)).cursor));
}

type Standing = {
  readonly cursor: ClaimsCursor;
  readonly entry_epoch: number;
  readonly base: number;
  readonly isOurs: boolean;
};

async function headOf(client: PoolClient, event: number): Promise<Standing> {
  const { rows } = await client.query<Head & { epoch: string }>(
    `SELECT h.revision, h.deciding_epoch, h.log_store, e.entry_epoch, s.epoch,
       (e.file->>'doorsAt')::timestamptz AS doors
     FROM claim_heads h JOIN events e ON e.number = h.event, store s WHERE h.event = $1`,
    [event],
  );
  const head = rows[0];
  if (head === undefined) throw new Error(`event ${event} has no head`);
  const isOurs = head.deciding_epoch !== null;
  const store = isOurs ? head.epoch : (head.log_store ?? head.epoch);
  return {
    cursor: { epoch: `${store}.${head.entry_epoch}`, revision: Number(head.revision) },
    entry_epoch: head.entry_epoch,
    base: head.doors.getTime(),
    isOurs,
  };
}

/** The revision from which to go on. */
async function fromOf(
  client: PoolClient,
  event: number,
  since: string,
  head: Standing,
): Promise<number> {
  const held = parseClaimsCursor(since);
  if (held === null) {
    const mend = 'pass the cursor of the last page, or none to start from the beginning';
    throw malformedField('since', 'is not a cursor of this list', mend);
  }
  const isKnown =
    held.revision <= head.cursor.revision &&
    (held.epoch === head.cursor.epoch || (head.isOurs && (await isOfOurPast(client, event, held))));
  if (isKnown) return held.revision;
  throw new HttpProblem('cursor-expired', {
    detail: 'this cursor belongs to crossings that are not those of this store',
    mend: 'drop what you hold and ask again without since',
  });
}

/** An earlier epoch of this store that had come as far, in the same epoch of entry. */
async function isOfOurPast(
  client: PoolClient,
  event: number,
  { epoch, revision }: ClaimsCursor,
): Promise<boolean> {
  const [store = '', entryEpoch = ''] = epoch.split('.');
  const { rows } = await client.query<{ entry_epoch: number }>(
    'SELECT entry_epoch FROM events WHERE number = $1',
    [event],
  );
  if (Number(entryEpoch) !== rows[0]?.entry_epoch) return false;
  const { ends } = await loadStore(client);
  const end = ends.get(store);
  // Null: lanes of that epoch were heard out when the store was rebuilt, under other revisions.
  return end !== undefined && end !== null && revision <= (end[event] ?? 0);
}

function pageOf(
  { cursor: { epoch }, base }: Standing,
  from: number,
  through: number,
  hasMore: boolean,
  rows: readonly Row[],
): ClaimsPage {
  const all = rows.flatMap(({ crossings }) => crossings);
  const names = {
    base,
    gates: [...new Set(all.map(({ gate }) => gate))],
    checkpoints: [...new Set(rows.map(({ checkpoint }) => checkpoint))],
  };
  return {
    after: textOf({ epoch, revision: from }),
    cursor: textOf({ epoch, revision: through }),
    hasMore,
    ...names,
    claims: rows.map(({ serial, checkpoint, crossings }) =>
      packClaim(serial, checkpoint, crossings, names),
    ),
  };
}

function textOf({ epoch, revision }: ClaimsCursor): string {
  return `${epoch}:${revision}`;
}
