// Who comes to which gate when, and what they show there. Most come with their own ticket to the gate
// that is printed on it; some do not, and each kind of those is counted.

import type { LaneKind } from '#domain/venue/match-event.ts';
import { arrivalMin, coachArrivalMin } from './arrival-curve.ts';
import type { Chance } from './chance.ts';
import { STAFF_GATES } from './event.ts';
import { neighboursOf, type SeedGround } from './ground.ts';
import type { SeedTicket } from './tickets.ts';

/** What is held before the reader. Codes are known only once the tickets are imported. */
export type Shown =
  | { readonly kind: 'code' | 'foreign' | 'card' | 'old-copy' | 'forged'; readonly ref: string }
  /** A ticket of last week’s match, a payment code: no ticket of tonight. */
  | { readonly kind: 'other-match' | 'payment-code' | 'unsold'; readonly number: number };

/** People at a gate together, one after the other before the same reader. */
export type Visit = {
  readonly atMin: number;
  readonly gate: string;
  readonly lane: LaneKind;
  readonly people: readonly Shown[];
  /** Minutes until the holder goes out again, and from then until they are back; null: they stay. */
  readonly leaves: { readonly afterMin: number; readonly forMin: number } | null;
};

/** What is done to some tickets before the hour begins. */
export type Preparations = {
  readonly reissued: readonly string[];
  readonly blocked: readonly string[];
  /** Tickets that may enter only from {@link SLOT_FROM_MIN}. */
  readonly slotted: readonly string[];
};

export type Story = { readonly visits: readonly Visit[]; readonly prepared: Preparations };

/** A school's tickets say when its pupils may come. */
export const SLOT_FROM_MIN = -34;

const ABSENT_SHARE = 0.05;
const WRONG_GATE_SHARE = 0.012;
const MISREAD_SHARE = 0.006;
const LEAVES_SHARE = 0.012;
export const AWAY_SECTION = /^S(108|206|207)$/;
const PARTY_SPREAD_MIN = 0.05;
const COUNTS = {
  copies: 60,
  forged: 40,
  reissued: 60,
  blocked: 12,
  slotted: 300,
  otherMatch: 24,
  unsold: 12,
};
/** Some of those who sold a ticket on still try the old copy. */
const OLD_COPY_SHARE = 0.6;

export function seedStory(
  ground: SeedGround,
  tickets: readonly SeedTicket[],
  chance: Chance,
): Story {
  const valid = tickets.filter((ticket) => ticket.status === 'valid');
  const adults = valid.filter((ticket) => ticket.type === 'adult');
  const picked = chance.some(adults, COUNTS.copies + COUNTS.forged + COUNTS.reissued);
  const copied = picked.slice(0, COUNTS.copies);
  const forged = picked.slice(COUNTS.copies, COUNTS.copies + COUNTS.forged);
  const reissued = picked.slice(COUNTS.copies + COUNTS.forged);
  const blocked = chance.some(
    valid.filter((ticket) => ticket.type === 'season'),
    COUNTS.blocked,
  );
  const slotted = chance.some(
    valid.filter((ticket) => ticket.type === 'student'),
    COUNTS.slotted,
  );
  const arrivals = new Arrivals(ground, chance);
  for (const party of partiesOf(valid)) arrivals.party(party);
  for (const ticket of copied) arrivals.intruder(ticket, { kind: 'code', ref: ticket.ref });
  for (const ticket of forged) arrivals.intruder(ticket, { kind: 'forged', ref: ticket.ref });
  for (const ticket of reissued) {
    if (!chance.happens(OLD_COPY_SHARE)) continue;
    arrivals.intruder(ticket, { kind: 'old-copy', ref: ticket.ref });
  }
  for (const ticket of tickets) {
    if (ticket.status !== 'cancelled') continue;
    arrivals.intruder(ticket, { kind: 'code', ref: ticket.ref });
  }
  for (let number = 0; number < COUNTS.otherMatch; number++) {
    arrivals.intruder(chance.one(adults), { kind: 'other-match', number });
  }
  for (let number = 0; number < COUNTS.unsold; number++) {
    arrivals.intruder(chance.one(adults), { kind: 'unsold', number });
  }
  return {
    visits: arrivals.visits.sort((a, b) => a.atMin - b.atMin),
    prepared: {
      reissued: reissued.map((ticket) => ticket.ref),
      blocked: blocked.map((ticket) => ticket.ref),
      slotted: slotted.map((ticket) => ticket.ref),
    },
  };
}

/** Tickets that come together, in the order of the file. */
function partiesOf(tickets: readonly SeedTicket[]): SeedTicket[][] {
  const parties = new Map<string, SeedTicket[]>();
  for (const ticket of tickets) {
    const key = ticket.group ?? ticket.ref;
    const party = parties.get(key);
    if (party === undefined) parties.set(key, [ticket]);
    else party.push(ticket);
  }
  return [...parties.values()];
}

class Arrivals {
  readonly visits: Visit[] = [];
  readonly #chance: Chance;
  readonly #ground: SeedGround;
  readonly #gates: ReadonlyMap<string, string>;

  constructor(ground: SeedGround, chance: Chance) {
    this.#chance = chance;
    this.#ground = ground;
    this.#gates = new Map(ground.sections.map((section) => [section.id, section.gate]));
  }

  party(tickets: readonly SeedTicket[]): void {
    const [first] = tickets;
    if (first === undefined || this.#chance.happens(ABSENT_SHARE)) return;
    const atMin = this.#when(first);
    const gate = this.#where(first);
    if (first.type === 'accessible') {
      // The companion goes through the wide lane with them.
      const people = tickets.map((ticket) => shownOf(ticket));
      this.visits.push({ atMin, gate, lane: 'accessible', people, leaves: null });
      return;
    }
    tickets.forEach((ticket, index) => {
      const people = new Array<Shown>(ticket.admits).fill(shownOf(ticket));
      if (this.#chance.happens(MISREAD_SHARE)) {
        people.unshift({ kind: 'payment-code', number: this.visits.length });
      }
      this.visits.push({
        atMin: atMin + index * PARTY_SPREAD_MIN,
        gate,
        lane: ticket.type === 'season' ? 'fast' : 'standard',
        people,
        leaves: this.#leaves(ticket),
      });
    });
  }

  /** Somebody shows what is not, or no longer, a ticket of theirs, at the gate of `like`. */
  intruder(like: SeedTicket, shown: Shown): void {
    this.visits.push({
      atMin: this.#when(like),
      gate: this.#home(like),
      lane: 'standard',
      people: [shown],
      leaves: null,
    });
  }

  #when(ticket: SeedTicket): number {
    if (ticket.section !== null && AWAY_SECTION.test(ticket.section)) {
      return coachArrivalMin(this.#chance);
    }
    return arrivalMin(this.#chance);
  }

  #where(ticket: SeedTicket): string {
    const home = this.#home(ticket);
    if (!this.#chance.happens(WRONG_GATE_SHARE)) return home;
    return this.#chance.one(neighboursOf(this.#ground, home)).id;
  }

  #home(ticket: SeedTicket): string {
    const gate = ticket.section === null ? undefined : this.#gates.get(ticket.section);
    return gate ?? this.#chance.one(STAFF_GATES);
  }

  #leaves({ type, admits }: SeedTicket): Visit['leaves'] {
    const mayLeave = admits === 1 && (type === 'season' || type === 'adult');
    // Whoever holds a ticket for one entry knows it; few try all the same.
    const share = type === 'season' ? LEAVES_SHARE : LEAVES_SHARE / 8;
    if (!(mayLeave && this.#chance.happens(share))) return null;
    return { afterMin: this.#chance.between(3, 12), forMin: this.#chance.between(3, 9) };
  }
}

function shownOf(ticket: SeedTicket): Shown {
  const kind = ticket.code !== null ? 'foreign' : ticket.cardUid !== null ? 'card' : 'code';
  return { kind, ref: ticket.ref };
}
