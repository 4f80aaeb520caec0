import type { Pool } from 'pg';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { type EventRow, findEvent, findEventNumbered } from './store.ts';

export async function eventOr404(pool: Pool, eventId: string): Promise<EventRow> {
  const row = await findEvent(pool, eventId);
  if (row === null) throw noSuchEvent(eventId);
  return row;
}

/** @throws HttpProblem `unavailable`: imported at the hub a moment ago, and not yet heard of here */
export async function eventByNumber(pool: Pool, number: number): Promise<EventRow> {
  const row = await findEventNumbered(pool, number);
  if (row !== null) return row;
  throw new HttpProblem('unavailable', {
    detail: `this node has not heard of event number ${number} yet`,
    mend: 'send the same request again in a moment',
    retryAfterSeconds: 1,
  });
}

export function noSuchEvent(eventId: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no event ${eventId}`,
    mend: 'import it with “kaimen event import FILE.json”, or see “kaimen event list”',
  });
}
