// Two people on one ticket: the list that somebody works through, and how each was settled.
import type { Passage } from '#domain/entry/crossings.ts';
import type { DeskConflict, SETTLEMENTS } from '#protocol/desk.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { maskName } from '#server/tickets/ticket-view.ts';
import type { EventRow } from '#server/venue/store.ts';

const CONFLICTS_MAX = 1_000;
type Settlement = (typeof SETTLEMENTS)[number];

export async function listConflicts(
  { pool }: ServerContext,
  event: number,
): Promise<DeskConflict[]> {
  const { rows } = await pool.query<Row>(
    `SELECT c.device, c.scan_id, t.ref, t.type, concat_ws('-', t.section, t."row", t.seat) AS seat,
       h.name, c.checkpoint, c.holder, c.intruder, c.noted_at, c.resolved_at, c.settled_as,
       c.settled_by, c.note
     FROM conflicts c
     LEFT JOIN tickets t ON t.event = c.event AND t.serial = c.serial
     LEFT JOIN holders h ON h.event = c.event AND h.serial = c.serial
     WHERE c.event = $1
     ORDER BY c.resolved_at IS NULL AND c.settled_as IS NULL DESC, c.noted_at DESC, c.scan_id
     LIMIT $2`,
    [event, CONFLICTS_MAX],
  );
  return rows.map((row) => ({
    id: `${row.device}.${row.scan_id}`,
    ticketRef: row.ref,
    type: row.type,
    seat: row.seat === '' ? null : row.seat,
    checkpoint: row.checkpoint,
    holder: placeOf(row.holder),
    intruder: placeOf(row.intruder),
    holderName: maskName(row.name),
    notedAt: iso(row.noted_at.getTime()),
    state: row.settled_as !== null ? 'settled' : row.resolved_at !== null ? 'dissolved' : 'open',
    settledAs: row.settled_as,
    settledBy: row.settled_by,
    note: row.note,
  }));
}

/** What people found out on the spot. It changes no crossing: who left is let out by an exit. */
export async function settleConflict(
  context: ServerContext,
  principal: Principal | null,
  event: EventRow,
  conflict: string,
  settled: { readonly as: Settlement; readonly note: string | null },
): Promise<void> {
  const at = conflict.indexOf('.');
  await context.acts.do(principal, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE conflicts SET settled_as = $4, settled_by = $5, note = $6, resolved_at = $7
       WHERE event = $1 AND device = $2 AND scan_id = $3`,
      [
        event.number,
        conflict.slice(0, at),
        conflict.slice(at + 1),
        settled.as,
        actorOf(principal),
        settled.note,
        new Date(context.now()),
      ],
    );
    if (rowCount !== 1) {
      throw new HttpProblem('not-found', {
        detail: `there is no conflict ${conflict} in this event`,
        mend: 'GET …/desk/conflicts lists those there are',
      });
    }
    const detail = { conflict, as: settled.as };
    return { result: null, act: { act: 'conflict.settled', subject: event.id, detail } };
  });
  context.bus.emit('conflict', event.number);
}

type Row = {
  device: string;
  scan_id: string;
  ref: string | null;
  type: string | null;
  seat: string;
  name: string | null;
  checkpoint: string;
  holder: Passage;
  intruder: Passage;
  noted_at: Date;
  resolved_at: Date | null;
  settled_as: Settlement | null;
  settled_by: string | null;
  note: string | null;
};

function placeOf({ gate, lane, at }: Passage) {
  return { gate, lane, at: iso(at) };
}
