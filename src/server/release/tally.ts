// What the lanes of each gate did, counted in slices of a few seconds by the release that they run: what a canary is
// judged by. Journals bring the scans, in the transaction that makes them true, so that none counts twice.
import type { Pool, PoolClient } from 'pg';
import type { Finding } from '#domain/entry/decide-scan.ts';
import type { Direction, Reason, Rung, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Slice, Tried } from '#domain/release/canary.ts';
import { isExplained } from '#domain/release/check-settled.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';

const SLICE_MS = 5_000;

type Counts = {
  readonly scans?: number;
  readonly refused?: number;
  readonly timed?: number;
  readonly slow?: number;
  readonly checked?: number;
  readonly differed?: number;
};

type Place = { readonly device: string; readonly gate: string };

export async function addToTally(
  client: Pool | PoolClient,
  event: number,
  { device, gate }: Place,
  counts: Counts,
  now: Instant,
): Promise<void> {
  const { scans = 0, refused = 0, timed = 0, slow = 0, checked = 0, differed = 0 } = counts;
  await client.query(
    `INSERT INTO lane_tallies AS t
       (event, gate, release, slice_at, scans, refused, timed, slow, checked, differed)
     SELECT $1, $2, coalesce((SELECT release FROM devices WHERE id = $3), ''), $4, $5, $6, $7, $8, $9, $10
     ON CONFLICT (event, gate, release, slice_at) DO UPDATE SET
       scans = t.scans + excluded.scans, refused = t.refused + excluded.refused,
       timed = t.timed + excluded.timed, slow = t.slow + excluded.slow,
       checked = t.checked + excluded.checked, differed = t.differed + excluded.differed`,
    [
      event,
      gate,
      device,
      new Date(Math.floor(now / SLICE_MS) * SLICE_MS),
      ...[scans, refused, timed, slow, checked, differed],
    ],
  );
}

/** What a lane told of one scan, and what its code is found to be here. */
export type ToldScan = {
  readonly direction: Direction;
  readonly lane: string | null;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly rung: Rung;
  readonly at: Instant;
};

/** Once for each outcome that comes up. A lane's own refusals are decided again here. */
export async function tallyOutcome(
  client: PoolClient,
  event: OpenEvent,
  place: Place,
  told: ToldScan,
  finding: Finding,
  now: Instant,
): Promise<void> {
  const { direction, lane, verdict, reason, rung, at } = told;
  if (rung === 'visual' || rung === 'open') return;
  const isRefused = verdict === 'refused';
  const scan = { direction, gate: place.gate, lane, isConfirmed: false };
  const known = { ground: event.ground, controls: event.controls, at };
  const isOwn = isRefused && rung === 'local';
  const explained = isOwn ? isExplained(scan, reason, finding, known) : null;
  await addToTally(
    client,
    event.number,
    place,
    {
      scans: 1,
      refused: isRefused ? 1 : 0,
      checked: explained === null ? 0 : 1,
      differed: explained === false ? 1 : 0,
    },
    now,
  );
}

type SliceRow = { slice_at: Date; is_canary: boolean } & { [Name in keyof Tried]: string };

const NOTHING: Tried = { scans: 0, refused: 0, timed: 0, slow: 0, differed: 0 };

/**
 * One release on trial against everything else, slice by slice in order; what the other gates did before it began
 * is in as well.
 */
export async function canarySlices(
  pool: Pool,
  event: number,
  release: string,
): Promise<readonly Slice[]> {
  const { rows } = await pool.query<SliceRow>(
    `SELECT t.slice_at, is_canary, sum(scans) AS scans, sum(refused) AS refused, sum(timed) AS timed,
            sum(slow) AS slow, sum(differed) AS differed
     FROM (
       SELECT t.*, g.gate IS NOT NULL AND t.release = g.release AS is_canary,
              g.gate IS NOT NULL AND (t.release <> g.release OR t.slice_at < g.set_at - interval '5 s')
                AS is_before
       FROM lane_tallies t LEFT JOIN gate_releases g
         ON g.event = t.event AND g.gate = t.gate AND g.is_canary AND g.release = $2
       WHERE t.event = $1) AS t
     WHERE NOT is_before
     GROUP BY t.slice_at, is_canary ORDER BY t.slice_at`,
    [event, release],
  );
  const slices = new Map<number, { canary: Tried; others: Tried }>();
  for (const row of rows) {
    const at = row.slice_at.getTime();
    const slice = slices.get(at) ?? { canary: NOTHING, others: NOTHING };
    slices.set(at, slice);
    slice[row.is_canary ? 'canary' : 'others'] = triedOf(row);
  }
  return [...slices.values()];
}

function triedOf(row: SliceRow): Tried {
  const timed = Number(row.timed);
  return {
    scans: Number(row.scans),
    refused: Number(row.refused),
    timed,
    slow: Math.min(Number(row.slow), timed),
    differed: Number(row.differed),
  };
}
