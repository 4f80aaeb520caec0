// How many people each gate is for, by the tickets that lead to it: what arrival advice is reckoned from.
import type { Pool } from 'pg';
import type { GateLoad } from '#domain/delivery/arrival.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';

/** What one turnstile takes in an hour, the figure that safety guides reckon with. */
const PEOPLE_PER_LANE_HOUR = 660;
/** Advice changes by five minutes: it may be as old as that. */
const KEPT_MS = 5 * 60_000;

type Kept = { readonly at: number; readonly loads: ReadonlyMap<string, GateLoad> };
const kept = new Map<number, Kept>();

export async function gateLoads(
  pool: Pool,
  event: OpenEvent,
  now: number,
): Promise<ReadonlyMap<string, GateLoad>> {
  const known = kept.get(event.number);
  if (known !== undefined && now - known.at < KEPT_MS) return known.loads;
  const loads = await readLoads(pool, event);
  kept.set(event.number, { at: now, loads });
  return loads;
}

/** People of a section share its gates evenly; those without a section share them all. */
async function readLoads(
  pool: Pool,
  { number, ground }: OpenEvent,
): Promise<Map<string, GateLoad>> {
  const { rows } = await pool.query<{ section: string | null; people: string }>(
    `SELECT section, count(*) AS people FROM tickets WHERE event = $1 AND status = 'valid' GROUP BY section`,
    [number],
  );
  const everywhere = [...ground.gates.keys()];
  const people = new Map<string, number>();
  for (const row of rows) {
    const own = ground.event.sections.find(({ id }) => id === row.section)?.gates ?? [];
    const gates = own.length > 0 ? own : everywhere;
    for (const gate of gates) {
      people.set(gate, (people.get(gate) ?? 0) + Number(row.people) / gates.length);
    }
  }
  return new Map(
    ground.event.gates.map(({ id, lanes }) => [
      id,
      {
        people: people.get(id) ?? 0,
        lanes: lanes.length,
        perLaneHour: PEOPLE_PER_LANE_HOUR,
      },
    ]),
  );
}
