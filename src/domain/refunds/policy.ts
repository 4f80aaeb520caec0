// What is kept of a ticket that is given back, by when it is given back: a table of tiers, published before
// anybody buys. An order keeps the policy it was bought under, its moments worked out: what is edited
// later is for later orders.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import { PER_MILLE } from '#domain/sales/money.ts';
import type { Localized } from '#domain/venue/match-event.ts';

/** Given back before this moment, so much is kept. After the last tier nothing is taken back. */
export type Tier = {
  readonly until:
    | { readonly kind: 'before-kick-off'; readonly minutes: number }
    | { readonly kind: 'at'; readonly at: Instant };
  /** Thousandths of what was paid for the ticket, 0–1,000. */
  readonly keptPerMille: number;
};

export type RefundPolicy = {
  readonly id: string;
  readonly version: number;
  readonly name: Localized;
  /** In the order of their moments; the rate kept never falls. None: nothing is taken back. */
  readonly tiers: readonly Tier[];
  /** What becomes of fees of a ticket given back: they stay, come back, or are kept by the tier. */
  readonly fees: 'kept' | 'returned' | 'as-ticket';
  /** A kick-off moved by at least this many minutes lets everybody give back in full … */
  readonly movedByMinutes: number;
  /** … for this many minutes from the notice, fees too. */
  readonly graceMinutes: number;
  /** Whether the vouchers of an order given back whole may be used again. */
  readonly restoresVouchers: boolean;
};

export type PolicySnapshot = {
  readonly policy: { readonly id: string; readonly version: number };
  readonly kickOffAt: Instant;
  /** `minutesBefore` null: dated, and not moved with the match. */
  readonly tiers: readonly {
    readonly until: Instant;
    readonly minutesBefore: number | null;
    readonly keptPerMille: number;
  }[];
  readonly fees: RefundPolicy['fees'];
  readonly movedByMinutes: number;
  readonly graceMinutes: number;
  readonly restoresVouchers: boolean;
};

/** One thing that is wrong with a table: its line, counted from 1, null for the table as a whole. */
export type TierProblem = { readonly line: number | null; readonly problem: string };

export const TIERS_MAX = 20;
/** Two years: nothing is sold longer ahead. */
export const BEFORE_MAX_MINUTES = 2 * 366 * 24 * 60;

const DAY_MINUTES = 24 * 60;
const before = (days: number, keptPerMille: number): Tier => ({
  until: { kind: 'before-kick-off', minutes: days * DAY_MINUTES },
  keptPerMille,
});

/** Tables to start from. 梯次退票: what is kept grows as the match comes closer. */
export const TIER_TEMPLATES: Readonly<Record<string, readonly Tier[]>> = {
  free: [before(0, 0)],
  'free-until-three-days': [before(3, 0)],
  stepped: [before(30, 0), before(15, 200), before(7, 400), before(3, 500), before(1, 800)],
  none: [],
};

/** What keeps a table from being published, line by line. */
export function checkTiers(tiers: readonly Tier[]): TierProblem[] {
  const problems: TierProblem[] = [];
  if (tiers.length > TIERS_MAX) {
    problems.push({ line: null, problem: `at most ${TIERS_MAX} tiers` });
  }
  for (const [index, tier] of tiers.entries()) {
    const say = (problem: string) => problems.push({ line: index + 1, problem });
    const { keptPerMille, until } = tier;
    if (!Number.isInteger(keptPerMille) || keptPerMille < 0 || keptPerMille > PER_MILLE) {
      say('what is kept is 0 to 100 %, in tenths of a per cent');
    }
    if (until.kind === 'before-kick-off' && !isWholeBefore(until.minutes)) {
      say(`the time before kick-off is whole minutes from 0 to ${BEFORE_MAX_MINUTES}`);
    }
    const previous = tiers[index - 1];
    if (previous === undefined) continue;
    if (previous.until.kind !== until.kind) {
      say('is dated while the tier above counts from kick-off, or the other way round: use one');
    } else if (momentOf(until) <= momentOf(previous.until)) {
      say('must end later than the tier above');
    }
    if (keptPerMille < previous.keptPerMille) say('keeps less than the earlier tier above');
  }
  return problems;
}

export function snapshotOf(policy: RefundPolicy, kickOffAt: Instant): PolicySnapshot {
  const { id, version, fees, movedByMinutes, graceMinutes, restoresVouchers } = policy;
  const tiers = policy.tiers.map(({ until, keptPerMille }) =>
    until.kind === 'at'
      ? { until: until.at, minutesBefore: null, keptPerMille }
      : {
          until: plusMs(kickOffAt, -until.minutes * MINUTE_MS),
          minutesBefore: until.minutes,
          keptPerMille,
        },
  );
  const rest = { fees, movedByMinutes, graceMinutes, restoresVouchers };
  return { policy: { id, version }, kickOffAt, tiers, ...rest };
}

function isWholeBefore(minutes: number): boolean {
  return Number.isInteger(minutes) && minutes >= 0 && minutes <= BEFORE_MAX_MINUTES;
}

/** To compare moments of one kind. */
function momentOf(until: Tier['until']): number {
  return until.kind === 'at' ? until.at : -until.minutes;
}
