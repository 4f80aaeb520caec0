// What a lane is told when it is made, and what it tells whoever made it.
import type { Rung } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Tier } from '#domain/sync/asking.ts';
import type { Mode, ModeSet } from '#domain/sync/ladder.ts';
import type { StreamEvent } from './event-stream.ts';
import type { Late } from './late.ts';
import type { ScanMoment, ScanSettings } from './scan-deps.ts';
import type { Counts } from './tally.ts';
import type { NoticeKind } from './words.ts';

export type LaneSettings = ScanSettings & {
  /** Origins of boxes and hubs, `https://box-1.ground.example`; who is which they say themselves. */
  readonly addresses: readonly string[];
  /** A steward stands here: with no list and nobody above, the eye decides and people are counted. */
  readonly isStewarded: boolean;
};

export type LaneEvents = {
  /** Something the steward should know once; `ANNOUNCEMENTS[kind]` has the words. */
  readonly onNotice: (kind: NoticeKind, detail: string) => void;
  /** For the log: plain English, no codes, no names. */
  readonly onTrouble: (words: string) => void;
  /** An exact answer came after the lane had decided alone. */
  readonly onLate?: (late: Late) => void;
  /** This device may decide no more; the list is wiped already, the journal still goes up. */
  readonly onRevoked?: () => void;
  /** Rung, mode, list, knowledge or what is unsent may have changed. */
  readonly onChange?: () => void;
  /** What the live feed says besides what the lane itself uses. */
  readonly onFeed?: (event: StreamEvent) => void;
  readonly onMoment?: (moment: ScanMoment) => void;
};

export type LaneStatus = {
  /** Who decides the next scan. */
  readonly rung: Rung;
  /** The mode in force, and what the supervisor at this lane has set of it. */
  readonly mode: ModeSet;
  readonly modeHere: Mode;
  readonly tally: Counts;
  readonly addresses: readonly {
    readonly address: string;
    readonly tier: Tier;
    /** It answers, as far as the lane knows. */
    readonly isAnswering: boolean;
    /** False: another server stands there. */
    readonly isOurs: boolean;
  }[];
  /** Journal entries that are not above yet, and since when there have been any. */
  readonly unsent: number;
  readonly unsentSince: Instant | null;
  /** How far the machine's clock is behind the server's. */
  readonly skewMs: number;
  /** As of when the list is whole; null: it is not. */
  readonly listAsOf: Instant | null;
  readonly isRevoked: boolean;
};
