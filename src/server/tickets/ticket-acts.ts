// Acts on one ticket. Once acknowledged, they bind every later claim: the fence rises with them.
import type { PoolClient } from 'pg';
import { codeHash } from '#domain/credentials/reading.ts';
import { ISSUE_MAX } from '#domain/credentials/ticket-code.ts';
import { codeOf } from '#server/entry/event-key.ts';
import { keepTickets } from '#server/entry/history.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { noSuchEvent } from '#server/venue/find-event.ts';
import { findEvent, raiseFence } from '#server/venue/store.ts';
import { noSuchTicket } from './ticket-view.ts';

type Where = { readonly id: string; readonly ref: string };

export async function setBlocked(
  context: ServerContext,
  principal: Principal | null,
  where: Where,
  isBlocked: boolean,
  reason: string,
): Promise<{ ref: string; isBlocked: boolean }> {
  await changeTicket(context, principal, where, reason, async (client, event, ticket) => {
    const { rowCount } = await client.query(
      `UPDATE tickets SET is_blocked = $3 WHERE event = $1 AND serial = $2 AND is_blocked <> $3`,
      [event, ticket.serial, isBlocked],
    );
    return rowCount === 0 ? null : isBlocked ? 'ticket.blocked' : 'ticket.unblocked';
  });
  return { ref: where.ref, isBlocked };
}

/** Raises the issue: the code changes, what was printed or sent before is answered `revoked`. */
export async function reissueTicket(
  context: ServerContext,
  principal: Principal | null,
  where: Where,
  reason: string,
): Promise<{ ref: string; issue: number; code: string }> {
  const answer = { ref: where.ref, issue: 0, code: '' };
  await changeTicket(context, principal, where, reason, async (client, event, ticket) => {
    answer.issue = ticket.issue + 1;
    if (answer.issue > ISSUE_MAX) {
      throw new HttpProblem('conflict', {
        detail: `this ticket has been re-issued ${ISSUE_MAX} times`,
        mend: 'cancel it and sell the seat again',
      });
    }
    const { own } = (await context.catalogue.get(event)).keyring;
    answer.code = codeOf(own, { issue: answer.issue, serial: ticket.serial });
    await client.query(
      `UPDATE tickets SET issue = $3, code_hash = $4, foreign_hash = NULL
       WHERE event = $1 AND serial = $2`,
      [event, ticket.serial, answer.issue, Buffer.from(codeHash(own.eventId, answer.code, sha256))],
    );
    await client.query(
      `UPDATE media SET is_current = false WHERE event = $1 AND serial = $2 AND kind = 'code'`,
      [event, ticket.serial],
    );
    return 'ticket.reissued';
  });
  return answer;
}

type TicketHandle = { serial: number; issue: number };

/** Locks the list before the ticket, as imports do; the fence comes last, because claims wait for it. */
async function changeTicket(
  context: ServerContext,
  principal: Principal | null,
  where: Where,
  reason: string,
  change: (client: PoolClient, event: number, ticket: TicketHandle) => Promise<string | null>,
): Promise<void> {
  const event = await findEvent(context.pool, where.id);
  if (event === null) throw noSuchEvent(where.id);
  await context.acts.do(
    principal,
    async (client) => {
      const list = await client.query<{ n: string }>(
        'UPDATE lists SET n = n + 1 WHERE event = $1 RETURNING n',
        [event.number],
      );
      const { rows } = await client.query<TicketHandle>(
        'SELECT serial, issue FROM tickets WHERE event = $1 AND ref = $2 FOR UPDATE',
        [event.number, where.ref],
      );
      const ticket = rows[0];
      if (ticket === undefined) throw noSuchTicket(where.ref);
      await keepTickets(client, event.number, [ticket.serial]);
      const act = await change(client, event.number, ticket);
      await client.query('UPDATE tickets SET n = $3 WHERE event = $1 AND serial = $2', [
        event.number,
        ticket.serial,
        list.rows[0]?.n,
      ]);
      await raiseFence(client, event.number);
      const subject = `${where.id}/${where.ref}`;
      return { result: null, act: act === null ? null : { act, subject, detail: { reason } } };
    },
    `tickets of ${where.id}`,
  );
  context.bus.emit('list', event.number);
}
