// What a claim store in memory keeps, and the keys under which it does.
import type { Conflict, Crossing } from '#domain/entry/crossings.ts';
import type { Direction, Reason, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { StoredScan } from '#server/entry/snapshot.ts';

export type KeptScan = {
  readonly device: string;
  readonly scanId: string;
  readonly codeHash: Buffer;
  readonly direction: Direction;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly answer: string;
  readonly revision: number;
  readonly annulledAt: Instant | null;
  readonly serial: number | null;
  readonly gate: string;
  readonly checkpoint: string;
  readonly entryEpoch: number;
};

export type KeptClaim = { readonly crossings: readonly Crossing[]; readonly revision: number };

export type KeptConflict = Conflict & { readonly serial: number; readonly isOpen: boolean };

export type ClaimPlace = {
  readonly entryEpoch: number;
  readonly checkpoint: string;
  readonly serial: number;
};

/** Conditions of a commit that a test may switch off, to see that somebody notices. */
export type Laxity = 'no-fence' | 'no-limits' | 'no-guard';

export type Authority = {
  readonly name: string;
  readonly epoch: number;
  readonly handoverTo: string | null;
};

export const scanKey = (device: string, scanId: string): string => `${device}\n${scanId}`;

export function claimKey({ entryEpoch, checkpoint, serial }: ClaimPlace): string {
  return `${entryEpoch}/${checkpoint}/${serial}`;
}

export function conflictKey({ intruder }: Conflict): string {
  return scanKey(intruder.device, intruder.scan);
}

export function storedScan(scan: KeptScan): StoredScan {
  const { codeHash, direction, answer, revision, annulledAt } = scan;
  return {
    codeHash,
    direction,
    answer,
    revision,
    annulledAt: annulledAt === null ? null : new Date(annulledAt),
  };
}
