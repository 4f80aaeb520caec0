// The claim store on PostgreSQL: two statements a batch. `read` takes everything a batch is decided
// on; `commit` writes verdicts and crossings together, or nothing at all when anything it was decided
// on has changed in between. Callers answer only after `commit` has returned.
import type { Pool, PoolClient } from 'pg';
import type { Crossing } from '#domain/entry/crossings.ts';
import { CLOCKS_APART_MAX_MINUTES } from '#domain/entry/metering.ts';
import { packedArray } from '#server/platform/packed-array.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { OpenEvent } from './catalogue.ts';
import { THIS_CLUSTER } from './epochs.ts';
import { type ReadRow, type Snapshot, snapshotOf } from './snapshot.ts';

export type Ask = {
  readonly device: string;
  readonly scanId: string;
  readonly checkpoint: string;
  readonly serial: number | null;
};

export type ScanRecord = {
  readonly device: string;
  readonly scan_id: string;
  /** As PostgreSQL writes bytes: `\\x…`. */
  readonly code_hash: string;
  readonly direction: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly rung: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly operator: string | null;
  readonly serial: number | null;
  readonly scanned_at: string;
  readonly decided_at: string;
  readonly inside: number;
  readonly checkpoint: string;
  /** JSON text as answered, less store epoch and revision. */
  readonly answer: string;
  /** Of one that moved somebody: the scopes crossed, and the people put inside each. Not columns. */
  readonly scopes?: readonly string[];
  readonly people?: Readonly<Record<string, number>>;
  /** Of a store that compares: what the fact said that it was read at. Not a column. */
  readonly basis?: unknown;
  /** What the code turned out to be, as `#domain/release/found.ts` writes it. */
  readonly found: string;
};

export type ClaimRecord = {
  readonly checkpoint: string;
  readonly serial: number;
  readonly crossings: readonly Crossing[];
  readonly previous: number;
};

export type Batch = {
  readonly scans: readonly ScanRecord[];
  readonly claims: readonly ClaimRecord[];
  /** People added inside and let in this minute, by position of the scope. */
  readonly insideDelta: readonly number[];
  readonly entered: readonly number[];
  readonly minute: number;
  /** Commit only at this revision: exact for meters, which count what others let in. */
  readonly strictRevision: number | null;
  /** What happened already is counted past any limit; what is decided now is not. */
  readonly limits: readonly (number | null)[];
  /** Of a store whose counts lag: how often people may have moved, at most, for no limit to be passed. */
  readonly pulseMax: number;
  /** Revision of the snapshot that it was decided on. */
  readonly readAt: number;
};

/** People that one write may let in, at most, in a store whose counts lag. */
export const PEOPLE_PER_PULSE_MAX = 96;

/**
 * Each table is asked by its whole key, one scan at a time: `LIMIT` keeps the planner from joining them
 * in bulk, which planners prefer on tables that were empty when it last counted them.
 */
const READ = `
  SELECT h.revision, h.fence, to_json(h.inside) AS inside, h.minute, to_json(h.this_minute) AS this_minute,
         s.code_hash AS stored_hash, s.direction AS stored_direction, s.answer::text AS stored_answer,
         s.revision AS stored_revision, s.annulled_at,
         t.serial, t.ref, t.type, t.stand, t.section, t."row", t.seat, t.gates, t.valid_from,
         t.valid_until, t.admits, t.status, t.is_blocked, t.issue, t.referral,
         c.crossings, c.revision AS claim_revision
  FROM unnest($2::text[], $4::text[], $5::text[], $6::integer[])
       WITH ORDINALITY AS a (device, scan_id, checkpoint, serial, i)
  LEFT JOIN LATERAL (
    SELECT * FROM claim_heads WHERE event = $1::integer AND a.i = 1 LIMIT 1) h ON true
  LEFT JOIN LATERAL (
    SELECT * FROM scans WHERE device = a.device AND scan_id = a.scan_id LIMIT 1) s ON true
  LEFT JOIN LATERAL (
    SELECT * FROM tickets WHERE event = $1::integer AND serial = a.serial LIMIT 1) t ON true
  LEFT JOIN LATERAL (
    SELECT * FROM claims WHERE event = $1::integer AND entry_epoch = $3::smallint
      AND checkpoint = a.checkpoint AND serial = a.serial LIMIT 1) c ON true
  ORDER BY a.i`;

/** What is stored of a scan, with its type in SQL. */
const SCAN_COLUMNS = [
  ['device', 'text'],
  ['scan_id', 'text'],
  ['code_hash', 'bytea'],
  ['direction', 'text'],
  ['verdict', 'text'],
  ['reason', 'text'],
  ['rung', 'text'],
  ['gate', 'text'],
  ['lane', 'text'],
  ['operator', 'text'],
  ['serial', 'integer'],
  ['scanned_at', 'timestamptz'],
  ['decided_at', 'timestamptz'],
  ['inside', 'integer'],
  ['checkpoint', 'text'],
  ['answer', 'json'],
  ['found', 'text'],
] as const satisfies readonly (readonly [keyof ScanRecord, string])[];
const SCANS_FROM = 16;

/**
 * Writes nothing when there is no head row (fence moved, limit full, store not serving), and nothing when
 * somebody else has written one of its claims or scans meanwhile: that breaks a key, or divides by zero.
 *
 * @param again - whether tickets are among the claims that were claimed before; looking for them costs
 *   the others a sixth of the whole
 */
function commitStatement(again: boolean): string {
  const columns = SCAN_COLUMNS.map(([column]) => column).join(', ');
  const arrays = SCAN_COLUMNS.map(([, type], index) => `$${SCANS_FROM + index}::${type}[]`);
  const onConflict = `
    ON CONFLICT (event, entry_epoch, checkpoint, serial) DO UPDATE
      SET crossings = excluded.crossings, revision = excluded.revision, previous = excluded.previous
      WHERE claims.revision = excluded.previous
    RETURNING 1`;
  const whole = `
    1 / (CASE WHEN (SELECT count(*) FROM claimed) = cardinality($12::integer[]) THEN 1 ELSE 0 END)`;
  return `
  WITH head AS (
    UPDATE claim_heads h SET
      revision = h.revision + $4::bigint,
      inside = (SELECT array_agg(x.a + x.d ORDER BY x.o)
                FROM unnest(h.inside, $5::integer[]) WITH ORDINALITY AS x (a, d, o)),
      minute = CASE WHEN h.minute - $7::bigint BETWEEN 0 AND ${CLOCKS_APART_MAX_MINUTES}
        THEN h.minute ELSE $7::bigint END,
      this_minute = CASE WHEN h.minute - $7::bigint BETWEEN 0 AND ${CLOCKS_APART_MAX_MINUTES}
        THEN (SELECT array_agg(x.a + x.d ORDER BY x.o)
              FROM unnest(h.this_minute, $6::integer[]) WITH ORDINALITY AS x (a, d, o))
        ELSE $6::integer[] END
    WHERE h.event = $1::integer AND h.fence = $2::bigint
      AND ($8::bigint IS NULL OR h.revision = $8::bigint)
      AND EXISTS (SELECT 1 FROM store WHERE state = 'serving' AND epoch = $10::text
        AND cluster = ${THIS_CLUSTER})
      AND NOT EXISTS (
        SELECT 1 FROM unnest(h.inside, $5::integer[], $9::integer[]) AS x (a, d, l)
        WHERE x.d > 0 AND x.a + x.d > x.l)
    RETURNING h.revision - $4::bigint AS base
  ), claimed AS (
    INSERT INTO claims (event, entry_epoch, checkpoint, serial, crossings, revision, previous)
    SELECT $1::integer, $3::smallint, r.checkpoint, r.serial, r.crossings, head.base + $4::bigint,
      r.previous
    FROM unnest($11::text[], $12::integer[], $13::jsonb[], $14::bigint[])
         AS r (checkpoint, serial, crossings, previous), head${again ? onConflict : ''}
  ), stored AS (
    INSERT INTO scans (event, entry_epoch, revision, read_at, batch_from, ${columns})
    SELECT $1::integer, $3::smallint, head.base + r.i, $15::bigint, head.base, ${columns}
    FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS r (${columns}, i), head
  )
  SELECT head.base${again ? `, ${whole} AS whole` : ''} FROM head`;
}

const COMMIT_FIRST = commitStatement(false);
const COMMIT_AGAIN = commitStatement(true);

/** Division by zero and a key taken, as above; the others say that somebody else was faster. */
const STALE = new Set(['22012', '23505', '40001', '40P01']);

const itself = <T>(value: T): T => value;

export type ClaimStatements = {
  read(event: OpenEvent, asks: readonly Ask[]): Promise<Snapshot>;
  /**
   * @returns `'stale'`: nothing was written. A number: the revision before the batch, whose scans follow it by
   *   one each. A list: the revision of each scan; null for one that somebody else was faster with, which is to
   *   be decided again
   */
  commit(
    event: OpenEvent,
    epoch: string,
    batch: Batch,
  ): Promise<'stale' | number | readonly (number | null)[]>;
  /** Tickets known by an imported code, card or document. */
  findMedia(event: OpenEvent, hashes: readonly Uint8Array[]): Promise<ReadonlyMap<string, Medium>>;
};

export type ClaimStore = ClaimStatements & {
  /**
   * Runs `work` while nobody else changes what scans of the event are decided on: what it reads by
   * these statements and this client still holds when it commits.
   */
  alone<T>(
    eventNumber: number,
    work: (statements: ClaimStatements, client: PoolClient) => Promise<T>,
  ): Promise<T>;
};

export type Medium = { readonly serial: number; readonly isCurrent: boolean };

export function createClaimStore(pool: Pool): ClaimStore {
  return {
    ...statementsOn(pool),
    alone: (eventNumber, work) =>
      inTransaction(pool, async (client) => {
        await client.query('SELECT 1 FROM claim_heads WHERE event = $1 FOR UPDATE', [eventNumber]);
        return await work(statementsOn(client), client);
      }),
  };
}

function statementsOn(database: Pool | PoolClient): ClaimStatements {
  return {
    async read(event, asks) {
      const values = [
        event.number,
        packedArray('text', asks, ({ device }) => device),
        event.entryEpoch,
        packedArray('text', asks, ({ scanId }) => scanId),
        packedArray('text', asks, ({ checkpoint }) => checkpoint),
        packedArray('integer', asks, ({ serial }) => serial),
      ];
      const { rows } = await database.query<ReadRow>({ name: 'claim-read', text: READ, values });
      return snapshotOf(rows);
    },

    async commit(event, epoch, batch) {
      const values = [
        event.number,
        event.fence,
        event.entryEpoch,
        batch.scans.length,
        packedArray('integer', batch.insideDelta, itself),
        packedArray('integer', batch.entered, itself),
        batch.minute,
        batch.strictRevision,
        packedArray('integer', batch.limits, itself),
        epoch,
        packedArray('text', batch.claims, ({ checkpoint }) => checkpoint),
        packedArray('integer', batch.claims, ({ serial }) => serial),
        packedArray('jsonb', batch.claims, ({ crossings }) => JSON.stringify(crossings)),
        packedArray('bigint', batch.claims, ({ previous }) => previous),
        batch.readAt,
        ...SCAN_COLUMNS.map(([column, type]) =>
          packedArray(type, batch.scans, (scan) => scan[column]),
        ),
      ];
      try {
        const again = batch.claims.some((claim) => claim.previous > 0);
        const { rows } = await database.query<{ base: string }>({
          name: again ? 'claim-commit-again' : 'claim-commit',
          text: again ? COMMIT_AGAIN : COMMIT_FIRST,
          values,
        });
        return rows[0] === undefined ? 'stale' : Number(rows[0].base);
      } catch (error) {
        if (STALE.has((error as { code?: string }).code ?? '')) return 'stale';
        throw error;
      }
    },

    async findMedia(event, hashes) {
      const { rows } = await database.query<{ hash: Buffer; serial: number; is_current: boolean }>({
        name: 'claim-media',
        text: 'SELECT hash, serial, is_current FROM media WHERE event = $1 AND hash = ANY ($2)',
        values: [event.number, hashes.map((hash) => Buffer.from(hash))],
      });
      return new Map(
        rows.map((row) => [
          row.hash.toString('hex'),
          { serial: row.serial, isCurrent: row.is_current },
        ]),
      );
    },
  };
}
