// What a batch is decided on, as read from the store at one moment.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import { type TicketRow, ticketOf } from './ticket-row.ts';

export type Fact = {
  /** The answer given before to this (device, scanId). */
  readonly stored: StoredScan | null;
  readonly ticket: Ticket | null;
  readonly crossings: readonly Crossing[];
  /** Revision of the claim the crossings were read at; 0: never claimed. */
  readonly claimRevision: number;
  /** The store's own: goes back to it with what was decided on this. */
  readonly basis?: unknown;
};

export type StoredScan = {
  readonly codeHash: Buffer;
  readonly direction: string;
  /** JSON text as sent, less store epoch and revision. */
  readonly answer: string;
  readonly revision: number;
  readonly annulledAt: Date | null;
};

export type Snapshot = {
  readonly revision: number;
  readonly fence: number;
  readonly inside: readonly number[];
  readonly minute: number;
  readonly thisMinute: readonly number[];
  /** Of a store whose counts lag: how often people had moved when they were counted. */
  readonly pulse?: number;
  readonly facts: readonly Fact[];
};

/** The head is on the first row only. */
export type ReadRow = Partial<TicketRow> & {
  revision: string | null;
  fence: string;
  inside: number[];
  this_minute: number[];
  minute: string;
  stored_hash: Buffer | null;
  stored_direction: string;
  stored_answer: string;
  stored_revision: string;
  annulled_at: Date | null;
  crossings: Crossing[] | null;
  claim_revision: string | null;
};

export function snapshotOf(rows: readonly ReadRow[]): Snapshot {
  const head = rows[0];
  if (head === undefined || head.revision === null) throw new Error('the event has no claim head');
  return {
    revision: Number(head.revision),
    fence: Number(head.fence),
    inside: head.inside,
    minute: Number(head.minute),
    thisMinute: head.this_minute,
    facts: rows.map((row) => ({
      stored: row.stored_hash === null ? null : storedScanOf(row, row.stored_hash),
      ticket: row.serial == null ? null : ticketOf(row as TicketRow),
      crossings: row.crossings ?? [],
      claimRevision: Number(row.claim_revision ?? 0),
    })),
  };
}

function storedScanOf(row: ReadRow, codeHash: Buffer): StoredScan {
  return {
    codeHash,
    direction: row.stored_direction,
    answer: row.stored_answer,
    revision: Number(row.stored_revision),
    annulledAt: row.annulled_at,
  };
}
