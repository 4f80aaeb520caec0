// What a box and its hub say to each other.
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Controls } from '#domain/venue/controls.ts';
import type { Authority } from '#testing/claim-rows.ts';
import type { LogPage } from './node-disk.ts';

export type Asked = {
  readonly box: string;
  readonly listEpoch: string;
  readonly listN: number;
  readonly revision: number;
  readonly logEpoch: number;
  readonly logStore: string | null;
  /** What it holds of decisions: its own, or those that it follows. */
  readonly log: LogPage;
  readonly decides: boolean;
  readonly authority: Authority;
  readonly hasStopped: boolean;
};

export type Answered = {
  readonly listEpoch: string;
  /** The page follows this change. */
  readonly after: number;
  readonly tickets: readonly { readonly ticket: Ticket; readonly n: number }[];
  readonly isWhole: boolean;
  readonly controls: Controls;
  readonly authority: Authority;
  readonly takesOverAt: number;
  readonly takesOverFrom: string | null;
  readonly log: LogPage | null;
};
