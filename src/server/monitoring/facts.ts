// What the overview is reckoned from besides scans: devices and how they are, calls, alarms, conflicts,
// who has taken what on, searches, tickets by gate.
import type { Pool } from 'pg';
import { gatesFor, rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Rung } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';

export type DeviceFact = {
  readonly id: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly seenAt: number | null;
  readonly status: DeviceStatus | null;
};

/** As phones tell it; a lane of an older program tells less. */
type DeviceStatus = {
  readonly battery?: { readonly level: number | null; readonly isCharging: boolean | null };
  readonly list?: { readonly isComplete: boolean };
  readonly clockSkewMs?: number | null;
  readonly rung?: Rung;
  readonly unsynced?: number;
  readonly oldestUnsyncedAt?: string | null;
};

export async function readDevices(pool: Pool, event: number): Promise<DeviceFact[]> {
  const { rows } = await pool.query<{
    id: string;
    gate: string;
    lane: string | null;
    seen_at: Date | null;
    status_at: Date | null;
    status: DeviceStatus | null;
  }>(
    `SELECT d.id, d.gate, d.lane, d.seen_at, s.at AS status_at, s.status
     FROM devices d LEFT JOIN device_status s ON s.device = d.id
     WHERE d.event = $1 AND d.revoked_at IS NULL AND NOT d.is_practice
       AND (d.expires_at IS NULL OR d.expires_at > now())
     ORDER BY d.gate, d.lane NULLS LAST, d.enrolled_at DESC`,
    [event],
  );
  return rows.map(({ id, gate, lane, seen_at, status_at, status }) => {
    const seen = [seen_at, status_at].flatMap((at) => (at === null ? [] : [at.getTime()]));
    return { id, gate, lane, status, seenAt: seen.length === 0 ? null : Math.max(...seen) };
  });
}

export type CallFact = {
  readonly key: string;
  readonly kind: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly at: number;
};

/** Calls that nobody has answered yet. */
export async function readOpenCalls(pool: Pool, event: number): Promise<CallFact[]> {
  const { rows } = await pool.query<{
    device: string;
    call_id: string;
    kind: string;
    gate: string;
    lane: string | null;
    received_at: Date;
  }>(
    `SELECT device, call_id, kind, gate, lane, received_at FROM calls
     WHERE event = $1 AND closed_at IS NULL AND acknowledged_at IS NULL ORDER BY received_at LIMIT 200`,
    [event],
  );
  return rows.map((row) => ({
    key: `${row.device}.${row.call_id}`,
    kind: row.kind,
    gate: row.gate,
    lane: row.lane,
    at: row.received_at.getTime(),
  }));
}

export type AlarmFact = {
  readonly id: string;
  readonly kind: string;
  readonly device: string;
  readonly at: number;
};

export async function readOpenAlarms(pool: Pool, event: number): Promise<AlarmFact[]> {
  const { rows } = await pool.query<{ id: string; kind: string; device: string; raised_at: Date }>(
    `SELECT id, kind, device, raised_at FROM alarms
     WHERE event = $1 AND settled_at IS NULL ORDER BY raised_at LIMIT 200`,
    [event],
  );
  return rows.map(({ id, kind, device, raised_at }) => ({
    id,
    kind,
    device,
    at: raised_at.getTime(),
  }));
}

export async function readOpenConflicts(
  pool: Pool,
  event: number,
): Promise<{ readonly n: number; readonly since: number | null }> {
  const { rows } = await pool.query<{ n: string; since: Date | null }>(
    `SELECT count(*) AS n, min(noted_at) AS since FROM conflicts
     WHERE event = $1 AND resolved_at IS NULL`,
    [event],
  );
  const { n = '0', since = null } = rows[0] ?? {};
  return { n: Number(n), since: since?.getTime() ?? null };
}

export type Taken = ReadonlyMap<string, { readonly by: string; readonly until: Instant }>;

export async function readTaken(pool: Pool, event: number, now: Instant): Promise<Taken> {
  const { rows } = await pool.query<{ key: string; taken_by: string; until: Date }>(
    'SELECT key, taken_by, until FROM attention_acknowledgements WHERE event = $1 AND until > $2',
    [event, new Date(now)],
  );
  return new Map(
    rows.map(({ key, taken_by, until }) => [
      key,
      { by: taken_by, until: until.getTime() as Instant },
    ]),
  );
}

export type Search = { readonly searchers: number; readonly secondsEach: number };

export async function readSearches(
  pool: Pool,
  event: number,
): Promise<ReadonlyMap<string, Search>> {
  const { rows } = await pool.query<{ gate: string; searchers: number; seconds_each: number }>(
    'SELECT gate, searchers, seconds_each FROM gate_searches WHERE event = $1',
    [event],
  );
  return new Map(
    rows.map(({ gate, searchers, seconds_each }) => [
      gate,
      { searchers, secondsEach: seconds_each },
    ]),
  );
}

export type Crowd = { readonly sold: number; readonly expected: ReadonlyMap<string, number> };

/**
 * People whom valid tickets admit, and by gate: a ticket that may use several gates of its checkpoint is
 * shared among them evenly, since nobody knows which its holder will take.
 */
export async function readCrowd(pool: Pool, event: OpenEvent, now: Instant): Promise<Crowd> {
  const { rows } = await pool.query<CrowdRow>(CROWD, [event.number]);
  const [outermost] = event.ground.event.checkpoints;
  const entrances = event.ground.event.gates.filter((gate) => gate.checkpoint === outermost?.id);
  const somewhere = entrances[0]?.id ?? '';
  const expected = new Map<string, number>();
  let sold = 0;
  for (const row of rows) {
    const ticket = { ...REST, ...row };
    const rules = rulesFor(event.ground, ticket);
    const people = Number(row.tickets) * rules.admits;
    sold += people;
    const gates =
      gatesFor(event.ground, event.controls, ticket, rules, somewhere, now) ??
      entrances.map((gate) => gate.id);
    for (const gate of gates) {
      expected.set(gate, (expected.get(gate) ?? 0) + people / gates.length);
    }
  }
  return { sold, expected };
}

/** One row for all tickets that differ only in what says nothing about gates and numbers of people. */
const CROWD = `
  SELECT type, stand, section, gates, admits, min(serial) AS serial, count(*) AS tickets
  FROM tickets WHERE event = $1 AND status = 'valid' AND NOT is_blocked
  GROUP BY type, stand, section, gates, admits`;

type CrowdRow = Pick<Ticket, 'serial' | 'type' | 'stand' | 'section' | 'gates' | 'admits'> & {
  tickets: string;
};

const REST = {
  ref: '' as Ticket['ref'],
  row: null,
  seat: null,
  validFrom: null,
  validUntil: null,
  status: 'valid',
  isBlocked: false,
  issue: 0,
  referral: null,
} as const;
