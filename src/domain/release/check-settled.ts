// What a lane refused by itself, asked again: would the server have said so? The code decides the most of it, so one
// wrong refusal in fifty is seen as such at once, long before a rate of refusals shows it.
import { decideScan, type Finding, type Scan } from '#domain/entry/decide-scan.ts';
import type { Reason } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type Controls, NOBODY } from '#domain/venue/controls.ts';
import type { Ground } from '#domain/venue/match-event.ts';

/** What rests on the code and the ticket alone, less what control may have changed a moment ago. */
const CHECKED: ReadonlySet<Reason> = new Set([
  'unreadable',
  'forged',
  'wrong-event',
  'revoked',
  'wrong-gate',
]);

/**
 * @returns null for what cannot be checked; else whether anything that the lane may have known explains it: a
 *   diversion reaches it late, or has run out here meanwhile
 */
export function isExplained(
  scan: Scan,
  told: Reason | null,
  finding: Finding,
  known: { readonly ground: Ground; readonly controls: Controls; readonly at: Instant },
): boolean | null {
  if (told === null || !CHECKED.has(told)) return null;
  const withoutDiversions = { ...known.controls, diversions: [] };
  // A hold or a closed event would answer first, and say nothing of the lane.
  return [known.controls, withoutDiversions].some((controls) => {
    const open = { ...controls, status: 'open', holds: [], limits: {} } as const;
    const { ground } = known;
    const decision = decideScan(scan, finding, {
      ground: { ...ground, limits: new Map() },
      controls: open,
      occupancy: NOBODY,
      crossings: [],
      at: known.at,
    });
    return decision.reason === told || isEarlier(decision.reason, told);
  });
}

/** What the list says of a ticket changes under way; a lane that has not heard goes on to the next rule. */
function isEarlier(ours: Reason | null, told: Reason): boolean {
  const byList: readonly (Reason | null)[] = ['cancelled', 'unpaid', 'not-activated', 'blocked'];
  return byList.includes(ours) || (ours === 'revoked' && told === 'wrong-gate');
}
