// Cash at a service desk: what was taken and handed out, line by line, by whom. A mistake is a second line.
import type { z } from 'zod';
import type { cashEntry, cashList, cashRequest } from '#protocol/desk.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { noSuchTicket } from '#server/tickets/ticket-view.ts';
import type { EventRow } from '#server/venue/store.ts';

type Entry = z.infer<typeof cashEntry>;
const ENTRIES_MAX = 2_000;

/** The same requestId again is the same line: nobody pays twice because an answer was lost. */
export async function takeCash(
  context: ServerContext,
  principal: Principal | null,
  event: EventRow,
  request: z.infer<typeof cashRequest>,
): Promise<Entry> {
  const { requestId, kind, minor, currency, reason, ref } = request;
  await context.acts.do(
    principal,
    async (client) => {
      const known = await client.query<{ kind: string; minor: string; currency: string }>(
        'SELECT kind, minor, currency FROM cash_entries WHERE event = $1 AND request_key = $2',
        [event.number, requestId],
      );
      const before = known.rows[0];
      if (before !== undefined) {
        if (
          before.kind === kind &&
          Number(before.minor) === minor &&
          before.currency === currency
        ) {
          return { result: null, act: null };
        }
        throw new HttpProblem('conflict', {
          detail: `requestId ${requestId} was used for another amount`,
          mend: 'choose a new requestId for a new line',
        });
      }
      const ticket = await client.query<{ serial: number }>(
        'SELECT serial FROM tickets WHERE event = $1 AND ref = $2',
        [event.number, ref ?? ''],
      );
      const serial = ticket.rows[0]?.serial ?? null;
      if (ref !== undefined && serial === null) throw noSuchTicket(ref);
      await client.query(
        `INSERT INTO cash_entries (event, id, serial, kind, minor, currency, reason, taken_by, taken_at,
           request_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          event.number,
          randomName('cash-', 5),
          serial,
          kind,
          minor,
          currency,
          reason,
          actorOf(principal),
          new Date(context.now()),
          requestId,
        ],
      );
      const subject = ref === undefined ? event.id : `${event.id}/${ref}`;
      const detail = { kind, minor, currency, reason };
      return { result: null, act: { act: 'cash.taken', subject, detail } };
    },
    `cash of ${event.id}`,
  );
  const { entries } = await listCash(context, event.number, requestId);
  const [entry] = entries;
  if (entry === undefined) throw new Error('the line has just been written');
  return entry;
}

/** @param requestId - null: all of them, latest first */
export async function listCash(
  { pool }: ServerContext,
  event: number,
  requestId: string | null = null,
): Promise<z.infer<typeof cashList>> {
  const { rows } = await pool.query<{
    id: string;
    kind: Entry['kind'];
    ref: string | null;
    minor: string;
    currency: string;
    reason: string;
    taken_by: string;
    taken_at: Date;
  }>(
    `SELECT c.id, c.kind, t.ref, c.minor, c.currency, c.reason, c.taken_by, c.taken_at
     FROM cash_entries c LEFT JOIN tickets t ON t.event = c.event AND t.serial = c.serial
     WHERE c.event = $1 AND ($2::text IS NULL OR c.request_key = $2)
     ORDER BY c.taken_at DESC, c.id LIMIT $3`,
    [event, requestId, ENTRIES_MAX],
  );
  const totals = await pool.query<{ currency: string; taken_by: string; minor: string }>(
    `SELECT currency, taken_by, sum(minor) AS minor FROM cash_entries WHERE event = $1
     GROUP BY currency, taken_by ORDER BY currency, taken_by`,
    [event],
  );
  return {
    entries: rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      ticketRef: row.ref,
      minor: Number(row.minor),
      currency: row.currency,
      reason: row.reason,
      takenBy: row.taken_by,
      takenAt: iso(row.taken_at.getTime()),
    })),
    totals: totals.rows.map(({ currency, taken_by, minor }) => ({
      currency,
      takenBy: taken_by,
      minor: Number(minor),
    })),
  };
}
