// What an arrival offer would do to the queues, reckoned before it is published: a reward that draws too many
// people to one gate and hour makes a new peak of its own.
import { assert } from '#domain/kernel/assert.ts';
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import type { ArrivalOffer } from './arrival-credit.ts';
import { allocate, PER_MILLE, shareOf, sumOf } from './money.ts';
import { covers } from './price-list.ts';

/** People who arrive at a gate within one bin; all bins are of one length. */
export type ArrivalBin = {
  readonly gate: string;
  readonly from: Instant;
  /** Whole people. */
  readonly people: number;
};

export type Peak = { readonly people: number; readonly at: Instant | null };

export type GateShift = {
  readonly gate: string;
  readonly before: Peak;
  readonly after: Peak;
  /** Most people who wait outside at once. */
  readonly queueBefore: number;
  readonly queueAfter: number;
  /** It is worse off than without the offers, and waits for it. */
  readonly isWorse: boolean;
};

export type ArrivalShift = {
  readonly bins: readonly ArrivalBin[];
  readonly before: Peak;
  readonly after: Peak;
  readonly gates: readonly GateShift[];
  /** By offer: how many would change when or where they come, and what that costs at most. */
  readonly offers: readonly {
    readonly id: string;
    readonly taken: number;
    readonly movedPeople: number;
    readonly costMinor: number;
  }[];
};

/**
 * @param takeUpPerMille - of everybody whom an offer would move, how many would take it up. Those who would come
 *   then and there anyhow take it up too: they cost as much and move nothing.
 * @param perBin - people whom a gate lets in within one bin
 */
export function shiftArrivals(
  bins: readonly ArrivalBin[],
  offers: readonly ArrivalOffer[],
  takeUpPerMille: number,
  perBin: ReadonlyMap<string, number>,
): ArrivalShift {
  let moved = [...bins];
  const told = offers.map((offer) => {
    const places = Math.floor(offer.budgetMinor / offer.creditMinor);
    const isMeant = (bin: ArrivalBin) => isIn(offer, bin);
    const there = sumOf(moved, (bin) => (isMeant(bin) ? bin.people : 0));
    const elsewhere = sumOf(moved, (bin) => (isMeant(bin) ? 0 : bin.people));
    const wanting = shareOf(elsewhere, takeUpPerMille, PER_MILLE);
    const target = moved.filter(isMeant).length;
    // Places go to both kinds in proportion: nobody can tell them apart.
    const taken = target === 0 ? 0 : Math.min(places, there + wanting);
    const movedPeople = taken === 0 ? 0 : (allocate(taken, [there, wanting])[1] ?? 0);
    moved = move(moved, isMeant, movedPeople);
    return { id: offer.id, taken, movedPeople, costMinor: taken * offer.creditMinor };
  });
  const gates = [...new Set(bins.map(({ gate }) => gate))].map((gate) =>
    gateShift(gate, of(bins, gate), of(moved, gate), perBin.get(gate) ?? 0),
  );
  return {
    bins: moved,
    before: peakOf(together(bins)),
    after: peakOf(together(moved)),
    gates,
    offers: told,
  };
}

/** Whoever changes comes from every other bin alike, and spreads evenly over the slot's. */
function move(
  bins: readonly ArrivalBin[],
  isMeant: (bin: ArrivalBin) => boolean,
  people: number,
): ArrivalBin[] {
  const leaving = allocate(
    people,
    bins.map((bin) => (isMeant(bin) ? 0 : bin.people)),
  );
  const coming = allocate(
    people,
    bins.map((bin) => (isMeant(bin) ? 1 : 0)),
  );
  return bins.map((bin, index) => {
    const changed = bin.people - (leaving[index] ?? 0) + (coming[index] ?? 0);
    assert(changed >= 0, 'nobody leaves a bin that is empty');
    return { ...bin, people: changed };
  });
}

function gateShift(
  gate: string,
  before: readonly ArrivalBin[],
  after: readonly ArrivalBin[],
  perBin: number,
): GateShift {
  const queueBefore = longestQueue(before, perBin);
  const queueAfter = longestQueue(after, perBin);
  return {
    gate,
    before: peakOf(before),
    after: peakOf(after),
    queueBefore,
    queueAfter,
    isWorse: queueAfter > queueBefore,
  };
}

function longestQueue(bins: readonly ArrivalBin[], perBin: number): number {
  let queue = 0;
  let longest = 0;
  for (const { people } of [...bins].sort((a, b) => a.from - b.from)) {
    queue = Math.max(0, queue + people - perBin);
    longest = Math.max(longest, queue);
  }
  return Math.round(longest);
}

function peakOf(bins: readonly Omit<ArrivalBin, 'gate'>[]): Peak {
  let peak: Peak = { people: 0, at: null };
  for (const { people, from } of bins) if (people > peak.people) peak = { people, at: from };
  return peak;
}

function together(bins: readonly ArrivalBin[]): { from: Instant; people: number }[] {
  const byTime = Map.groupBy(bins, ({ from }) => from);
  return [...byTime].map(([from, each]) => ({ from, people: sumOf(each, (bin) => bin.people) }));
}

function of(bins: readonly ArrivalBin[], gate: string): ArrivalBin[] {
  return bins.filter((bin) => bin.gate === gate);
}

function isIn({ from, until, gates }: ArrivalOffer, bin: ArrivalBin): boolean {
  return from <= bin.from && bin.from < until && covers(gates, bin.gate);
}

/**
 * Spreads the people of each gate over bins by the curve of their arrival; nobody is lost to rounding.
 *
 * @param arrived - share of those who come that have arrived so many minutes before kick-off
 */
export function arrivalBins(
  gates: readonly { readonly gate: string; readonly people: number }[],
  kickOffAt: Instant,
  arrived: (minutesToKickOff: number) => number,
): ArrivalBin[] {
  const minutes: number[] = [];
  for (let at = BINS_FROM_MINUTES; at > BINS_UNTIL_MINUTES; at -= BIN_MINUTES) minutes.push(at);
  const weights = minutes.map((at) => {
    const share = arrived(at - BIN_MINUTES) - arrived(at);
    return Math.round(Math.max(0, share) * SHARES_OF_ONE);
  });
  return gates.flatMap(({ gate, people }) => {
    const parts = allocate(people, weights);
    return minutes.map((at, index) => ({
      gate,
      from: plusMs(kickOffAt, -at * MINUTE_MS),
      people: parts[index] ?? 0,
    }));
  });
}

export const BIN_MINUTES = 5;
const BINS_FROM_MINUTES = 180;
/** After kick-off. */
const BINS_UNTIL_MINUTES = -60;
const SHARES_OF_ONE = 1_000_000;
