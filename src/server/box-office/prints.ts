// Slips: asked for, sent to a printer, and said to have come out. From the moment that bytes are handed out paper may
// exist, so the next print of the same ticket is a duplicate, whatever became of this one.
import type { PoolClient } from 'pg';
import type { z } from 'zod';
import type { endPrintRequest, Print, printRequest, StartedPrint } from '#protocol/box-office.ts';
import { actorOf } from '#server/platform/acts.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventFaceOf, readFaceRows, ticketFaceOf } from '#server/tickets/faces.ts';
import { noSuchTicket } from '#server/tickets/ticket-view.ts';
import type { EventRow } from '#server/venue/store.ts';

const COLUMNS = 'id, ref, state, trouble, copy';

/** The same requestId again is the same prints. @throws HttpProblem `not-found`, `conflict` */
export async function askForPrints(
  context: ServerContext,
  principal: Principal | null,
  event: EventRow,
  { requestId, refs }: z.infer<typeof printRequest>,
): Promise<Print[]> {
  const { rows } = await context.pool.query<{ ref: string; status: string }>(
    'SELECT ref, status FROM tickets WHERE event = $1 AND ref = ANY ($2)',
    [event.number, refs],
  );
  const states = new Map(rows.map(({ ref, status }) => [ref, status]));
  for (const ref of refs) {
    const status = states.get(ref);
    if (status === undefined) throw noSuchTicket(ref);
    if (status !== 'valid') {
      throw new HttpProblem('conflict', {
        detail: `${ref} is ${status}: it is not printed`,
        mend: 'print the ticket that took its place, or sell another one',
        more: { why: 'not-valid' },
      });
    }
  }
  await context.pool.query(
    `INSERT INTO ticket_prints (id, event, ref, request_key, person, state, queued_at)
     SELECT id, $1, ref, $4, $5, 'queued', $6 FROM unnest($2::text[], $3::text[]) AS p (id, ref)
     ON CONFLICT ON CONSTRAINT print_asked_once DO NOTHING`,
    [
      event.number,
      refs.map(() => randomName('print-', 8)),
      refs,
      requestId,
      actorOf(principal),
      new Date(context.now()),
    ],
  );
  const asked = await context.pool.query<Print>(
    `SELECT ${COLUMNS} FROM ticket_prints WHERE event = $1 AND request_key = $2 AND ref = ANY ($3)
     ORDER BY array_position($3::text[], ref)`,
    [event.number, requestId, refs],
  );
  return asked.rows;
}

/**
 * Hands out what the printer is sent, and numbers the copy. Asked again, the bytes are those of the same copy.
 *
 * @throws HttpProblem `not-found`, `conflict`
 */
export async function startPrint(
  context: ServerContext,
  principal: Principal | null,
  row: EventRow,
  id: string,
): Promise<StartedPrint> {
  const started = await context.acts.do(principal, async (client) => {
    const print = await lockPrint(client, row.number, id);
    if (print.state === 'printing') return { result: print, act: null };
    if (print.state !== 'queued') throw overAlready(print);
    const copy = await nextCopy(client, row, print.ref);
    await client.query(`UPDATE ticket_prints SET state = 'printing', copy = $2 WHERE id = $1`, [
      id,
      copy,
    ]);
    const subject = `${row.id}/${print.ref}`;
    const act = { act: 'ticket.printed', subject, detail: { as: 'escpos', copy } };
    return { result: { ...print, state: 'printing' as const, copy }, act };
  });
  const event = await context.catalogue.get(row.number);
  for await (const [face] of readFaceRows(context.pool, event, { refs: [started.ref] })) {
    if (face === undefined) break;
    const { slipEscpos } = await import('#server/paper/slip-escpos.ts');
    const ticket = ticketFaceOf(event, face, eventFaceOf(event));
    const copy = started.copy ?? 0;
    const { bytes } = slipEscpos(ticket, { printedAt: context.now(), duplicate: copy > 0, copy });
    return { ...started, slip: bytes.toString('base64') };
  }
  throw noSuchTicket(started.ref);
}

/** What came of it, as the printer or a person says. @throws HttpProblem `not-found`, `conflict` */
export async function endPrint(
  context: ServerContext,
  principal: Principal | null,
  row: EventRow,
  id: string,
  { state, trouble: said }: z.infer<typeof endPrintRequest>,
): Promise<Print> {
  const trouble = said ?? null;
  return await context.acts.do(principal, async (client) => {
    const print = await lockPrint(client, row.number, id);
    if (print.state === state && print.trouble === trouble) return { result: print, act: null };
    const isOpen = print.state === 'printing' || (print.state === 'queued' && state === 'failed');
    if (!isOpen) throw overAlready(print);
    await client.query(
      'UPDATE ticket_prints SET state = $2, trouble = $3, ended_at = $4 WHERE id = $1',
      [id, state, trouble, new Date(context.now())],
    );
    const subject = `${row.id}/${print.ref}`;
    const detail = { copy: print.copy, state, trouble };
    return {
      result: { ...print, state, trouble },
      act: { act: 'print.ended', subject, detail },
    };
  });
}

async function lockPrint(client: PoolClient, event: number, id: string): Promise<Print> {
  const { rows } = await client.query<Print>(
    `SELECT ${COLUMNS} FROM ticket_prints WHERE event = $1 AND id = $2 FOR UPDATE`,
    [event, id],
  );
  if (rows[0] !== undefined) return rows[0];
  throw new HttpProblem('not-found', {
    detail: 'there is no such print',
    mend: 'ask for one: POST …/box-office/prints',
  });
}

/**
 * Two desks that print one ticket go one after the other. Papers that were printed elsewhere, on A4 or by the ticket's
 * own page, count as well: the audit knows of them.
 */
async function nextCopy(
  client: PoolClient,
  { number: event, id }: Pick<EventRow, 'number' | 'id'>,
  ref: string,
): Promise<number> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [
    `print ${ref}`,
    event,
  ]);
  const { rows } = await client.query<{ copy: number }>(
    `SELECT greatest(
       (SELECT coalesce(max(copy) + 1, 0) FROM ticket_prints WHERE event = $1 AND ref = $2),
       (SELECT count(*) FROM audit WHERE subject = $3 AND act = 'ticket.printed'))::integer AS copy`,
    [event, ref, `${id}/${ref}`],
  );
  return rows[0]?.copy ?? 0;
}

function overAlready({ state }: Print): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `this print is ${state}`,
    mend: 'ask for another one; it will say that it is a duplicate if this one may have come out',
    more: { why: `print-${state}` },
  });
}
