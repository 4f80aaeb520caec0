// Letting somebody in, or out, by hand. It is a crossing like any other: counted in the limits, in the
// ticket's history, and a conflict when the ticket had been used.

import type { PoolClient } from 'pg';
import type { z } from 'zod';
import { nextCrossingAt } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { holdOn, type Occupancy } from '#domain/venue/controls.ts';
import { gateScope, scopesCrossed } from '#domain/venue/match-event.ts';
import { admissionAnswer, type admissionRequest } from '#protocol/desk.ts';
import { checkpointOf, type OpenEvent } from '#server/entry/catalogue.ts';
import { changeCrossings, lockEventHead, takeRevision } from '#server/entry/change-crossings.ts';
import { NotAuthorityError } from '#server/entry/elsewhere.ts';
import { tellCell } from '#server/entry/tell-cell.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import { secondPersonIfNamed } from '#server/platform/second-person.ts';
import type { ServerContext } from '#server/server-context.ts';
import { noSuchTicket } from '#server/tickets/ticket-view.ts';
import type { EventRow } from '#server/venue/store.ts';

type Request = Omit<z.infer<typeof admissionRequest>, 'secondPerson'>;
type Answer = z.infer<typeof admissionAnswer>;
type Seated = {
  readonly serial: number;
  readonly section: string | null;
  readonly stand: string | null;
};

/** Where nodes ask the authority of an event for one. */
export const ADMISSIONS_PATH = '/api/v1/edge/admissions';

/** The device under which people's own admissions stand among the scans. */
export const DESK_DEVICE = 'desk';

/** Here, or at whichever node decides the event; once for a `requestId`, wherever it is asked. */
export async function admitByHand(
  context: ServerContext,
  principal: Principal | null,
  row: EventRow,
  { secondPerson: token, ...request }: Request & { readonly secondPerson?: string | undefined },
): Promise<Answer> {
  const second = await secondPersonIfNamed(context.access, principal, token, 'controls.limit');
  const event = await context.catalogue.get(row.number);
  try {
    if (event.isHere) return await admitHere(context, principal, row, request, second);
  } catch (error) {
    if (!(error instanceof NotAuthorityError)) throw error;
    // It has moved since this process last looked; nothing was done.
  }
  const moved = await context.catalogue.reload(row.number);
  const body = { event: row.number, request, by: actorOf(principal), second };
  const answer = await context.elsewhere.act(moved, ADMISSIONS_PATH, body);
  return admissionAnswer.parse(answer);
}

/** @throws NotAuthorityError when another store decides the event */
export async function admitHere(
  context: ServerContext,
  principal: Principal | null,
  row: Pick<EventRow, 'number' | 'id'>,
  request: Request,
  second: string | null,
): Promise<Answer> {
  context.storeState.servingEpoch();
  const answer = await context.acts.do<Answer>(principal, async (client) => {
    const event = await lockEventHead(client, context.catalogue, row.number);
    const known = await findRepeat(client, request);
    if (known !== null) return { result: known, act: null };
    const ticket = request.ref === undefined ? null : await findSeated(client, event, request.ref);
    refuseBadPlace(event, request);
    const scopes = scopesCrossed(
      event.ground,
      ticket?.section ?? request.section ?? null,
      request.gate,
      ticket?.stand ?? null,
    );
    const people = ticket === null ? request.people : 1;
    if (request.direction === 'in' && second === null) {
      await refuseStopped(client, event, scopes, people);
    }
    const at = context.now();
    const entered = await cross(client, event, { request, ticket, scopes, people, at });
    const detail = { reason: request.reason, gate: request.gate, people, second };
    const subject = request.ref === undefined ? row.id : `${row.id}/${request.ref}`;
    const act = request.direction === 'in' ? 'admission.by-hand' : 'exit.by-hand';
    return { result: entered, act: { act, subject, detail } };
  });
  if (answer.isConflict) context.bus.emit('conflict', row.number);
  return answer;
}

async function cross(
  client: PoolClient,
  event: OpenEvent,
  by: {
    readonly request: Request;
    readonly ticket: Seated | null;
    readonly scopes: readonly string[];
    readonly people: number;
    readonly at: Instant;
  },
): Promise<Answer> {
  const { request, ticket, scopes, people, at: now } = by;
  const { gate, direction, requestId } = request;
  const checkpoint = checkpointOf(event, gate);
  const sign = direction === 'in' ? 1 : -1;
  let at = now;
  let revision: number;
  let inside = sign * people;
  let isConflict = false;
  const scan = { device: DESK_DEVICE, scanId: requestId };
  if (ticket === null) revision = await takeRevision(client, event, scopes, inside, null, scan);
  else {
    const key = { entryEpoch: event.entryEpoch, checkpoint, serial: ticket.serial };
    const changed = await changeCrossings(client, event, key, { gate, now }, (before) => {
      // Known already to a cell whose answer was lost.
      const known = before.find((each) => each.device === DESK_DEVICE && each.scan === requestId);
      at = known?.at ?? nextCrossingAt(before, now);
      if (known !== undefined) return before;
      const passage = { device: DESK_DEVICE, scan: requestId, gate, lane: null, at };
      return [...before, { ...passage, direction, isExact: true, annulledAt: null }];
    });
    if (changed === null) throw noSuchTicket(request.ref ?? '');
    ({ revision, inside } = changed);
    isConflict = changed.conflicts > 0;
  }
  const answer: Answer = { requestId, people, ref: request.ref ?? null, isConflict, at: iso(at) };
  await client.query(
    `INSERT INTO scans (device, scan_id, event, code_hash, direction, verdict, reason, rung, gate, lane,
       operator, serial, scanned_at, decided_at, revision, inside, checkpoint, entry_epoch, answer)
     VALUES ($1, $2, $3, '', $4, 'admitted', NULL, 'visual', $5, NULL, NULL, $6, $7, $7, $8, $9, $10,
       $11, $12)`,
    [
      DESK_DEVICE,
      requestId,
      event.number,
      direction,
      gate,
      ticket?.serial ?? null,
      new Date(at),
      revision,
      inside,
      checkpoint,
      event.entryEpoch,
      JSON.stringify(answer),
    ],
  );
  await tellCell(client, event, DESK_DEVICE, [requestId]);
  return answer;
}

async function findRepeat(client: PoolClient, { requestId }: Request): Promise<Answer | null> {
  const { rows } = await client.query<{ answer: Answer }>(
    'SELECT answer FROM scans WHERE device = $1 AND scan_id = $2',
    [DESK_DEVICE, requestId],
  );
  return rows[0]?.answer ?? null;
}

async function findSeated(client: PoolClient, event: OpenEvent, ref: string): Promise<Seated> {
  const { rows } = await client.query<Seated>(
    'SELECT serial, section, stand FROM tickets WHERE event = $1 AND ref = $2',
    [event.number, ref],
  );
  if (rows[0] === undefined) throw noSuchTicket(ref);
  return rows[0];
}

function refuseBadPlace(event: OpenEvent, { gate, section }: Request): void {
  if (!event.scopeIndex.has(gateScope(gate)))
    throw malformedField('gate', `this event has no gate ${gate}`);
  if (section !== undefined && !event.ground.sections.has(section)) {
    throw malformedField('section', `this event has no section ${section}`);
  }
}

/** A stop or a full limit binds people as it binds codes; two people together may go past it. */
async function refuseStopped(
  client: PoolClient,
  event: OpenEvent,
  scopes: readonly string[],
  people: number,
): Promise<void> {
  const { rows } = await client.query<{ scopes: string[]; inside: number[] }>(
    'SELECT scopes, inside FROM claim_heads WHERE event = $1',
    [event.number],
  );
  const counted = rows[0]?.scopes.map(
    (scope, index) => [scope, rows[0]?.inside[index] ?? 0] as const,
  );
  // As if all but the last of them were in already.
  const inside = new Map((counted ?? []).map(([scope, n]) => [scope, n + people - 1]));
  const occupancy: Occupancy = { inside, thisMinute: new Map() };
  const meterless = { ...event.controls, holds: event.controls.holds.filter(isStop) };
  const held = holdOn(event.ground, meterless, occupancy, scopes);
  if (held === null) return;
  throw new HttpProblem('conflict', {
    detail: `${held.scope} is ${held.why === 'limit' ? 'full' : 'stopped'}`,
    mend: 'wait, or let a second person agree: POST /api/v1/session/second, then secondPerson',
  });
}

function isStop({ kind }: { readonly kind: string }): boolean {
  return kind === 'stop';
}
