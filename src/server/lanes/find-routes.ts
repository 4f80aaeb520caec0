// Looking up at the lane: tickets, and the name of a holder who must be checked. Limited, and in the audit.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import { findQuery, foundTickets, holderName } from '#protocol/find.ts';
import { id, scanId } from '#protocol/primitives.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device, Principal } from '#server/platform/principal.ts';
import { succeeded, takeTry } from '#server/platform/tries.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { findTickets, type Wanted } from './find-tickets.ts';

const LIMITS = [{ max: 20, withinMs: MINUTE_MS, isOfFailures: false }] as const;
/** How long after a referral the name may still be asked for. */
const NAME_WITHIN_MS = 10 * MINUTE_MS;
/** What is checked against a document or a ticket that bears the name. */
const NEED_THE_NAME = ['check-id', 'check-dispute', 'check-companion', 'check-seat'];

export function addFindRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/tickets/find',
    rule: { allow: 'tickets.read', orDevice: 'find' },
    summary: 'Tickets by seat, order or the end of a phone number; masked, limited, in the audit',
    tag: 'lanes',
    params: z.object({ id }),
    query: findQuery,
    answer: foundTickets,
    handle: async ({ params, query, principal }) => {
      const row = await eventOr404(context.pool, params.id);
      if (principal?.kind === 'device') await takeLookUp(context, principal, row.number);
      const event = await context.catalogue.get(row.number);
      const gate = principal?.kind === 'device' ? principal.gate : null;
      const found = await findTickets(context.pool, event, gate, query);
      await record(context, principal, params.id, query, found.tickets.length);
      return found;
    },
  });

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/devices/self/scans/:scanId/holder',
    rule: { allow: 'device', act: 'holder' },
    summary: 'Name of the holder whom this device was just told to check',
    tag: 'lanes',
    params: z.object({ scanId }),
    answer: holderName,
    handle: async ({ params, principal }) =>
      await holderToCheck(context, principal as Device, params.scanId),
  });
}

async function takeLookUp(context: ServerContext, device: Device, event: number): Promise<void> {
  if (device.eventNumber !== event) {
    throw new HttpProblem('forbidden', { detail: 'this device is enrolled for another event' });
  }
  const trier = { event, device: device.id, person: device.operator };
  const { id: tryId } = await takeTry(context.pool, 'find', trier, LIMITS, context.now());
  await succeeded(context.pool, 'find', device.id, tryId);
}

/** By what was searched and how many were found; the digits of a phone number are nobody's business. */
async function record(
  context: ServerContext,
  principal: Principal | null,
  eventId: string,
  wanted: Wanted,
  found: number,
): Promise<void> {
  const { section, row, seat, order, phone } = wanted;
  const by = phone !== undefined ? 'phone' : order !== undefined ? 'order' : 'seat';
  const operator = principal?.kind === 'device' ? principal.operator : null;
  const detail = { by, found, operator, ...(by === 'phone' ? {} : { section, row, seat, order }) };
  await context.acts.do(principal, async () => ({
    result: null,
    act: { act: 'tickets.searched', subject: eventId, detail },
  }));
}

async function holderToCheck(
  context: ServerContext,
  device: Device,
  scan: string,
): Promise<{ name: string | null }> {
  const since = new Date(context.now() - NAME_WITHIN_MS);
  return await context.acts.do(device, async (client) => {
    const { rows } = await client.query<{ name: string | null; ref: string }>(
      `SELECT h.name, t.ref FROM scans s
       JOIN tickets t ON t.event = s.event AND t.serial = s.serial
       LEFT JOIN holders h ON h.event = s.event AND h.serial = s.serial
       WHERE s.device = $1 AND s.scan_id = $2 AND s.verdict = 'referred' AND s.reason = ANY ($3)
         AND s.decided_at > $4`,
      [device.id, scan, NEED_THE_NAME, since],
    );
    const found = rows[0];
    if (found === undefined) {
      throw new HttpProblem('not-found', {
        detail: 'no scan of this device asks for that name now',
        mend: 'scan the ticket again; the name is shown where a check needs it',
      });
    }
    const subject = `${device.eventId}/${found.ref}`;
    const detail = { scan, operator: device.operator };
    return { result: { name: found.name }, act: { act: 'holder.shown', subject, detail } };
  });
}
