import type { Instant } from '#domain/kernel/instant.ts';

export type MatchTimes = {
  readonly doorsAt: Instant;
  readonly startsAt: Instant;
  /** IANA name: every time is told by the ground's clock. */
  readonly timeZone: string;
};
