// A scan that comes again, or at another place than it was sent from.
import { HttpProblem } from '#server/platform/http/problem.ts';
import { checkpointOf, type OpenEvent } from './catalogue.ts';
import type { PendingScan } from './decide-batch.ts';

/** A corrected file may have moved the gate to another perimeter since the scan came in. */
export function placedIn(event: OpenEvent, scan: PendingScan): PendingScan {
  const checkpoint = checkpointOf(event, scan.gate);
  return checkpoint === scan.checkpoint ? scan : { ...scan, checkpoint };
}

export function isSameScan(a: PendingScan, b: PendingScan): boolean {
  return a.direction === b.direction && Buffer.compare(a.codeHash, b.codeHash) === 0;
}

export function scanIdReused(): HttpProblem {
  return new HttpProblem('scan-id-reused', {
    detail: 'this scanId already has an answer for another code or direction',
    mend: 'give each scan an id of its own, and repeat a scan with all of its fields unchanged',
  });
}
