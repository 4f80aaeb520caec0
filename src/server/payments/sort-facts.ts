// Puts facts in the order in which they must have happened, and holds back what cannot be judged yet: webhooks
// overtake one another, and a query tells all at once what they tell one by one.
import type { HeardFact, StoredFact } from './fact-store.ts';
import { FACT_KINDS } from './provider.ts';

export type SortedFacts = {
  /** To be judged by the orders, in this order. */
  readonly judged: readonly HeardFact[];
  /** Overtaken by another fact, or about a charge that the order never counted on: nothing follows from them. */
  readonly outrun: readonly HeardFact[];
  /** Authorised although another charge of the payment is: to be let go, and no matter of the order. */
  readonly spare: readonly HeardFact[];
  /** Money that came back before we heard that it was taken. */
  readonly waiting: readonly HeardFact[];
};

/**
 * @param known - what is stored of the payments concerned
 * @param heard - may repeat itself and what is known
 */
export function sortFacts(known: readonly StoredFact[], heard: readonly HeardFact[]): SortedFacts {
  const fresh = new Map<string, HeardFact>();
  const stored = new Set<string>();
  for (const fact of known) {
    if (fact.decision === 'waiting') fresh.set(nameOf(fact), fact);
    else if (fact.decision !== 'unmatched') stored.add(nameOf(fact));
  }
  for (const fact of heard) {
    const name = nameOf(fact);
    if (!(stored.has(name) || fresh.has(name))) fresh.set(name, fact);
  }
  const facts = [...fresh.values()].sort((a, b) => rankOf(a) - rankOf(b));
  const charges = chargesOf(known, facts);
  const judged: HeardFact[] = [];
  const sorted = { judged, outrun: [], spare: [], waiting: [] } as Record<
    keyof SortedFacts,
    HeardFact[]
  >;
  for (const fact of facts) sorted[placeOf(fact, charges)].push(fact);
  return sorted;
}

type Charges = {
  /** Captured or let go. */
  readonly settled: ReadonlySet<string>;
  readonly captured: ReadonlySet<string>;
  /** By payment: the charge that its order counts on. */
  readonly main: ReadonlyMap<string, string>;
};

function chargesOf(known: readonly StoredFact[], fresh: readonly HeardFact[]): Charges {
  const settled = new Set<string>();
  const captured = new Set<string>();
  const main = new Map<string, string>();
  for (const fact of [...known, ...fresh]) {
    const { kind } = fact;
    if (kind === 'captured') captured.add(chargeOf(fact));
    if (kind === 'captured' || kind === 'voided') settled.add(chargeOf(fact));
  }
  const counted = [...known.filter(({ decision }) => decision !== 'spare'), ...fresh];
  const isOpen = (fact: HeardFact) => fact.kind === 'authorised' && !settled.has(chargeOf(fact));
  // What was captured counts before anything that is only authorised, whichever was told first.
  for (const isMain of [({ kind }: HeardFact) => kind === 'captured', isOpen]) {
    for (const fact of counted.filter(isMain)) {
      if (!main.has(fact.payment)) main.set(fact.payment, fact.charge);
    }
  }
  return { settled, captured, main };
}

function placeOf(fact: HeardFact, { settled, captured, main }: Charges): keyof SortedFacts {
  const isMain = (main.get(fact.payment) ?? fact.charge) === fact.charge;
  switch (fact.kind) {
    case 'authorised':
      if (settled.has(chargeOf(fact))) return 'outrun';
      return isMain ? 'judged' : 'spare';
    case 'captured':
      return 'judged';
    case 'voided':
    case 'failed':
      return isMain || fact.charge === '' ? 'judged' : 'outrun';
    case 'refunded':
      return captured.has(chargeOf(fact)) ? 'judged' : 'waiting';
    default:
      return fact.kind satisfies never;
  }
}

function nameOf({ provider, id }: HeardFact): string {
  return `${provider} ${id}`;
}

function chargeOf({ provider, charge }: HeardFact): string {
  return `${provider} ${charge}`;
}

function rankOf({ kind }: HeardFact): number {
  return FACT_KINDS.indexOf(kind);
}
