// Journals as nodes keep them and hand them on.
import type { JournalEntry } from '#protocol/journal.ts';

export type Line = { readonly seq: number; readonly text: string; readonly entry: JournalEntry };

export type KeptJournal = {
  readonly device: string;
  readonly gate: string;
  readonly journalId: string;
  readonly lines: Map<number, { readonly line: Line; isApplied: boolean }>;
  acceptedThrough: number;
};

export type Quarantined = { readonly device: string; readonly text: string; readonly why: string };

export type Upload = {
  readonly device: string;
  readonly gate: string;
  readonly journalId: string;
  readonly lines: readonly Line[];
};

export function journalKey({ device, journalId }: { device: string; journalId: string }): string {
  return `${device}\n${journalId}`;
}
