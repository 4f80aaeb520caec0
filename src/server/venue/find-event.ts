import type { Pool } from 'pg';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { type EventRow, findEvent } from './store.ts';

export async function eventOr404(pool: Pool, eventId: string): Promise<EventRow> {
  const row = await findEvent(pool, eventId);
  if (row === null) throw noSuchEvent(eventId);
  return row;
}

export function noSuchEvent(eventId: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no event ${eventId}`,
    mend: 'import it with “kaimen event import FILE.json”, or see “kaimen event list”',
  });
}
