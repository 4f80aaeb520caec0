// Which devices may still hold scans of the night, and those of which somebody has said that nothing more
// will come.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { unheard } from '#domain/monitoring/heard-out.ts';
import type { UnheardDevice } from '#protocol/desk.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { EventRow } from '#server/venue/store.ts';

/** While a match is open, a lane is asked for no word that is newer than this. */
const LATELY_MS = 60_000;

/** @param event - its number and id; in the order of places */
export async function unheardDevices(
  client: Pool | PoolClient,
  event: { readonly number: number; readonly id: string; readonly isOver: boolean },
  now: Instant,
): Promise<UnheardDevice[]> {
  const { rows } = await client.query<Row>(LAST_WORDS, [
    event.number,
    event.id,
    event.isOver,
    new Date(now - LATELY_MS),
  ]);
  return rows.flatMap((row) => {
    const found = unheard({
      clearAt: latest(row.completed_at, row.unsynced === 0 ? row.status_at : null),
      owing:
        row.status_at !== null && (row.unsynced ?? 0) > 0
          ? { at: instantOf(row.status_at), scans: row.unsynced ?? 0 }
          : null,
      stoodUntil: instantOf(row.stood_until),
    });
    if (found === null) return [];
    const heardAt = latest(row.completed_at, row.status_at, row.seen_at);
    const { written_off_at: at, written_off_by: by, reason } = row;
    return [
      {
        deviceId: row.id,
        label: row.label,
        gate: row.gate,
        lane: row.lane,
        heardAt: heardAt === null ? null : iso(heardAt),
        unsent: found.why === 'unsent' ? found.scans : null,
        writtenOff:
          at === null || by === null || reason === null
            ? null
            : { by, at: iso(at.getTime()), reason },
      },
    ];
  });
}

type Row = {
  id: string;
  label: string | null;
  gate: string;
  lane: string | null;
  seen_at: Date | null;
  status_at: Date | null;
  unsynced: number | null;
  completed_at: Date | null;
  stood_until: Date;
  written_off_at: Date | null;
  written_off_by: string | null;
  reason: string | null;
};

// A device that was never heard of has no list and has decided nothing. A journal that was never whole leaves
// something open whatever came after it. Who signs off leaves the phone to nobody.
const LAST_WORDS = `
  SELECT d.id, d.label, d.gate, d.lane, d.seen_at, s.at AS status_at,
    (s.status ->> 'unsynced')::int AS unsynced, j.completed_at,
    least(d.revoked_at, d.expires_at, over.at, CASE WHEN shift.ended_by = 'signed-off' THEN shift.ended_at END)
      AS stood_until,
    w.written_off_at, w.written_off_by, w.reason
  FROM devices d
  LEFT JOIN device_status s ON s.device = d.id
  LEFT JOIN LATERAL (
    SELECT CASE WHEN bool_and(completed_at IS NOT NULL) THEN max(completed_at) END AS completed_at,
      count(*) AS n
    FROM journals WHERE device = d.id) j ON true
  LEFT JOIN LATERAL (
    SELECT ended_at, ended_by FROM shifts WHERE device = d.id
    ORDER BY ended_at IS NULL DESC, began_at DESC LIMIT 1) shift ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(CASE WHEN $3::boolean THEN (
      SELECT max(at) FROM audit WHERE subject = $2 AND act = 'event.closed') END, $4) AS at) over
  LEFT JOIN devices_written_off w ON w.event = d.event AND w.device = d.id
  WHERE d.event = $1 AND NOT d.is_practice AND (d.seen_at IS NOT NULL OR s.at IS NOT NULL OR j.n > 0)
  ORDER BY d.gate COLLATE "C", d.lane COLLATE "C" NULLS LAST, d.id`;

function instantOf(at: Date): Instant {
  return at.getTime() as Instant;
}

function latest(...times: readonly (Date | null)[]): Instant | null {
  const known = times.flatMap((at) => (at === null ? [] : [at.getTime()]));
  return known.length === 0 ? null : (Math.max(...known) as Instant);
}

/** Lost, broken, wiped: the report is final without it. If it speaks after all, what it sends is taken. */
export async function writeOffDevice(
  context: ServerContext,
  principal: Principal | null,
  event: EventRow,
  said: { readonly device: string; readonly reason: string },
): Promise<void> {
  const { device, reason } = said;
  await context.acts.do(principal, async (client) => {
    const { rowCount } = await client.query(
      `INSERT INTO devices_written_off (event, device, reason, written_off_by, written_off_at)
       SELECT event, id, $3, $4, $5 FROM devices WHERE event = $1 AND id = $2
       ON CONFLICT (event, device) DO UPDATE SET reason = excluded.reason,
         written_off_by = excluded.written_off_by, written_off_at = excluded.written_off_at`,
      [event.number, device, reason, actorOf(principal), new Date(context.now())],
    );
    if (rowCount !== 1) {
      throw new HttpProblem('not-found', {
        detail: `there is no device ${device} at this event`,
        mend: 'the report names those that have not been heard out',
      });
    }
    const act = { act: 'device.written-off', subject: device, detail: { event: event.id, reason } };
    return { result: null, act };
  });
}
