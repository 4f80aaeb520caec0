// What a batch's codes stand for: our own carry their serial, imported ones are looked up.
import type { Finding } from '#domain/entry/decide-scan.ts';
import type { OpenEvent } from './catalogue.ts';
import type { ClaimStatements, Medium } from './claim-store.ts';
import type { PendingScan } from './decide-batch.ts';
import type { Snapshot } from './snapshot.ts';

const NO_MEDIA: ReadonlyMap<string, Medium> = new Map();

export async function lookUpScans(
  store: ClaimStatements,
  event: OpenEvent,
  scans: readonly PendingScan[],
): Promise<{
  readonly serials: readonly (number | null)[];
  /** @param index - of the scan, and of its fact in the snapshot */
  readonly findingOf: (index: number, snapshot: Snapshot) => Finding;
}> {
  const hashes = scans.flatMap(({ lookup }) => (lookup.kind === 'media' ? lookup.hashes : []));
  const media = hashes.length === 0 ? NO_MEDIA : await store.findMedia(event, hashes);
  const mediumOf = ({ lookup }: PendingScan): Medium | undefined =>
    lookup.kind !== 'media'
      ? undefined
      : lookup.hashes
          .map((hash) => media.get(Buffer.from(hash).toString('hex')))
          .find((medium) => medium !== undefined);
  return {
    serials: scans.map((scan) =>
      scan.lookup.kind === 'serial' ? scan.lookup.serial : (mediumOf(scan)?.serial ?? null),
    ),
    findingOf: (index, snapshot) => {
      const scan = scans[index];
      if (scan === undefined) throw new Error('a finding belongs to a scan of the batch');
      return findingOf(scan, snapshot.facts[index]?.ticket ?? null, mediumOf(scan));
    },
  };
}

/** What a scan's code turned out to be, given what the store has under it. */
export function findingOf(
  { lookup, direction }: Pick<PendingScan, 'lookup' | 'direction'>,
  ticket: Snapshot['facts'][number]['ticket'],
  medium: Medium | undefined,
): Finding {
  if (lookup.kind === 'none') return lookup;
  if (lookup.kind === 'serial') {
    // An issue that the store has not made yet: the store is older than the code, which still leads out.
    const isAhead = lookup.issue > (ticket?.issue ?? 0) && direction === 'in';
    if (ticket === null || isAhead) return { kind: 'none', reason: 'unknown' };
    return { kind: 'ticket', ticket, isCurrent: lookup.issue === ticket.issue };
  }
  if (medium !== undefined && ticket !== null) {
    return { kind: 'ticket', ticket, isCurrent: medium.isCurrent };
  }
  return { kind: 'none', reason: lookup.isOutlineKnown ? 'unknown' : 'unreadable' };
}
