// Where a device may be enrolled: a gate of the event file, and a lane of it.
import { type HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import type { EventRow } from '#server/venue/store.ts';

/** @throws HttpProblem `malformed-request` naming what there is */
export function requirePlace({ file }: EventRow, gateId: string, lane: string | null): void {
  const gate = file.gates.find((each) => each.id === gateId);
  if (gate === undefined) {
    throw badPlace(
      'gate',
      gateId,
      file.gates.map((each) => each.id),
    );
  }
  const lanes = gate.lanes.map((each) => each.id as string);
  if (lane !== null && !lanes.includes(lane)) throw badPlace('lane', lane, lanes);
}

function badPlace(field: string, given: string, known: readonly string[]): HttpProblem {
  const there = known.slice(0, 20).join(', ');
  return malformedField(field, `there is no ${field} “${given}”; there are ${there}`);
}
