// What nodes say to each other about scans, and what becomes of a batch of them.
import type { Direction } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { numbered } from '#server/entry/answer.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import type { decideBatch, PendingScan } from '#server/entry/decide-batch.ts';
import type { Seen } from './lane-disk.ts';

export type ScanAsked = {
  readonly device: string;
  readonly gate: string;
  readonly scanId: string;
  readonly code: string;
  readonly direction: Direction;
  readonly scannedAt: Instant;
  readonly seen: Seen | null;
  readonly isSecondHand?: boolean;
};

/** JSON as it would go out, or the code of a problem. */
export type Replied =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'problem'; readonly code: string };

export type Reply = (replied: Replied) => void;
export type Waiting = { readonly scan: PendingScan; readonly reply: Reply };

export function repliedOf(
  outcome: ReturnType<typeof decideBatch>['outcomes'][number],
  epoch: string,
  base: number,
): Replied {
  if (outcome.kind === 'reused') return { kind: 'problem', code: 'scan-id-reused' };
  const revision = outcome.kind === 'stored' ? outcome.revision : base + outcome.index + 1;
  return { kind: 'answer', text: numbered(outcome.answer, epoch, revision, 'm') };
}

export function unlimited(event: OpenEvent): OpenEvent {
  const controls = { ...event.controls, limits: {} };
  return { ...event, controls, limits: event.limits.map(() => null) };
}

/** A repeat that came while its first waits shares its answer. */
export function once(batch: readonly Waiting[]): { scan: PendingScan; replies: Reply[] }[] {
  const scans = new Map<string, { scan: PendingScan; replies: Reply[] }>();
  for (const { scan, reply } of batch) {
    const key = `${scan.device}\n${scan.scanId}`;
    const twin = scans.get(key);
    if (twin === undefined) scans.set(key, { scan, replies: [reply] });
    else twin.replies.push(reply);
  }
  return [...scans.values()];
}

export function askOf({ device, scanId, checkpoint, lookup }: PendingScan) {
  return { device, scanId, checkpoint, serial: lookup.kind === 'serial' ? lookup.serial : null };
}
