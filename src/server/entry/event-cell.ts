// An event whose claims are decided in a cell of its own rather than in this server's PostgreSQL. What the
// program of a claim needs of it; the cell itself is another context's.
import type { Refolded } from '#domain/entry/conflicts.ts';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Controls } from '#domain/venue/controls.ts';
import type { EventStatus, Ground } from '#domain/venue/match-event.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { ClaimStatements } from './claim-store.ts';
import type { EventKey } from './event-key.ts';
import type { ClaimKey } from './note-conflicts.ts';
import type { Seen, StoreState } from './store-state.ts';

export type EventCell = {
  readonly statements: ClaimStatements;
  readonly state: Pick<
    StoreState,
    'servingEpoch' | 'knownRevision' | 'committed' | 'markOf' | 'refresh' | 'beginRebuild'
  >;
  observe(seen: Seen): Promise<void>;
  /** Changes the crossings of one ticket, or leaves them. @returns null if there is no such ticket or change */
  change(
    ground: Ground,
    key: ClaimKey,
    gate: string,
    change: (before: readonly Crossing[]) => readonly Crossing[] | null,
  ): Promise<(Refolded & { readonly revision: number }) | null>;
  /** People without a ticket; counted once under one id. @returns the revision */
  count(
    id: { readonly device: string; readonly scanId: string },
    scopes: readonly string[],
    inside: number,
  ): Promise<number>;
  /** Rows of `scans` as PostgreSQL writes them in JSON; one that is there stays as it is. */
  keepScans(rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** A scan of this event as a row, wherever it was decided. */
  findScan(device: string, scanId: string): Promise<CellScan | null>;
  annul(
    ground: Ground,
    scan: { readonly device: string; readonly scanId: string },
    at: Instant,
    change: (before: readonly Crossing[]) => readonly Crossing[] | null,
  ): Promise<boolean>;
};

export type CellScan = {
  readonly gate: string;
  readonly serial: number | null;
  readonly annulledAt: Instant | null;
  readonly codeHash: Buffer;
  readonly direction: string;
  readonly verdict: string;
};

/** What the cell says of an event instead of this server's own rows. */
export type CellView = {
  readonly file: EventFile;
  readonly status: EventStatus;
  readonly entryEpoch: number;
  readonly outlines: readonly string[];
  readonly scopes: readonly string[];
  readonly controls: Omit<Controls, 'status'>;
  readonly fence: number;
  readonly decides: number | null;
  readonly cell: EventCell;
};

export type CellSource = {
  /** As it stands in the cell now. @returns null where nothing of it is. @throws HttpProblem `unavailable` */
  view(event: number, key: EventKey): Promise<CellView | null>;
};
