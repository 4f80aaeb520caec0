// Credit for whoever helps the gates: holders say beforehand that they will come in a quieter slot or by a
// less-loaded gate, and the scan that let them in proves it. A pledge sets its credit aside, so what is
// promised never exceeds the budget, and what is owed never exceeds what was promised.
import { type Instant, MINUTE_MS, plusMs } from '#domain/kernel/instant.ts';
import type { Localized } from '#domain/venue/match-event.ts';
import { covers } from './price-list.ts';

export type ArrivalOffer = {
  readonly id: string;
  readonly name: Localized;
  /** When to be let in, half-open; whoever stood in the queue at its end has `toleranceMinutes` more. */
  readonly from: Instant;
  readonly until: Instant;
  readonly toleranceMinutes: number;
  /** By which of these gates; null: by any. */
  readonly gates: readonly string[] | null;
  readonly types: readonly string[] | null;
  /** For each ticket, above nought. */
  readonly creditMinor: number;
  readonly budgetMinor: number;
};

export type Pledge = {
  readonly ticket: number;
  readonly offer: string;
  readonly creditMinor: number;
  readonly pledgedAt: Instant;
};

export type PledgeRefusal =
  | 'offer-over'
  | 'budget-spent'
  | 'pledged-already'
  | 'type-not-meant'
  | 'gate-not-theirs';

/**
 * Whether one more ticket may take the offer up. A ticket takes up one offer, before its slot begins.
 *
 * @param pledgedMinor - set aside by this offer so far
 * @param ticket - `offer`: what it has pledged already; `gates`: those that lead to its seat
 */
export function decidePledge(
  offer: ArrivalOffer,
  pledgedMinor: number,
  ticket: {
    readonly type: string;
    readonly offer: string | null;
    readonly gates: readonly string[];
  },
  now: Instant,
): PledgeRefusal | null {
  if (now >= offer.from) return 'offer-over';
  if (ticket.offer !== null) return 'pledged-already';
  if (!covers(offer.types, ticket.type)) return 'type-not-meant';
  if (offer.gates !== null && !offer.gates.some((gate) => ticket.gates.includes(gate))) {
    return 'gate-not-theirs';
  }
  return pledgedMinor + offer.creditMinor > offer.budgetMinor ? 'budget-spent' : null;
}

/** Somebody was let in by this ticket; entries that were annulled are left out before. */
export type Entry = { readonly ticket: number; readonly gate: string; readonly at: Instant };

export const PLEDGE_OUTCOMES = ['kept', 'another-time', 'another-gate', 'did-not-come'] as const;
export type PledgeOutcome = (typeof PLEDGE_OUTCOMES)[number];

export type Credit = Pledge & { readonly outcome: PledgeOutcome; readonly owedMinor: number };

/**
 * What each pledge came to. The first entry of a ticket counts, however often it went in and out; pledges are
 * paid in the order they were made for as long as their offer's budget lasts. The order in which pledges
 * and entries are told decides nothing, and a journal that arrives late can be told with the rest again.
 */
export function creditsFor(
  offers: readonly ArrivalOffer[],
  pledges: readonly Pledge[],
  entries: readonly Entry[],
): Credit[] {
  const first = new Map<number, Entry>();
  for (const entry of entries) {
    const known = first.get(entry.ticket);
    if (known === undefined || isBefore(entry, known)) first.set(entry.ticket, entry);
  }
  const left = new Map(offers.map(({ id, budgetMinor }) => [id, budgetMinor]));
  const byId = new Map(offers.map((offer) => [offer.id, offer]));
  const inTurn = [...pledges].sort((a, b) => a.pledgedAt - b.pledgedAt || a.ticket - b.ticket);
  return inTurn.map((pledge): Credit => {
    const offer = byId.get(pledge.offer);
    const outcome = outcomeOf(offer, first.get(pledge.ticket));
    const budget = left.get(pledge.offer) ?? 0;
    const isOwed = outcome === 'kept' && pledge.creditMinor <= budget;
    if (isOwed) left.set(pledge.offer, budget - pledge.creditMinor);
    return { ...pledge, outcome, owedMinor: isOwed ? pledge.creditMinor : 0 };
  });
}

function outcomeOf(offer: ArrivalOffer | undefined, entry: Entry | undefined): PledgeOutcome {
  if (offer === undefined || entry === undefined) return 'did-not-come';
  const end = plusMs(offer.until, offer.toleranceMinutes * MINUTE_MS);
  if (entry.at < offer.from || entry.at >= end) return 'another-time';
  return covers(offer.gates, entry.gate) ? 'kept' : 'another-gate';
}

/** Two first entries of one moment: the same one whoever tells them. */
function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.gate < b.gate);
}
