// Who holds what: every seat of the ground sold once, to people who come alone, in pairs, as families.
import type { Chance } from './chance.ts';
import type { SeedGround, SeedSection } from './ground.ts';
import { type Household, household, personName } from './names.ts';

export type TicketType =
  | 'adult'
  | 'child'
  | 'student'
  | 'season'
  | 'family'
  | 'accessible'
  | 'companion'
  | 'staff'
  | 'press';

export type SeedTicket = {
  readonly ref: string;
  readonly type: TicketType;
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
  readonly admits: number;
  readonly holder: string;
  /** Printed season card of the system that was there before. */
  readonly code: string | null;
  /** Chip of a member's card. */
  readonly cardUid: string | null;
  readonly orderRef: string;
  /** People who come together. */
  readonly group: string | null;
  readonly companionOf: string | null;
  readonly status: 'valid' | 'cancelled';
};

export const WHEELCHAIR_PLACES = 4;
const LOWER_TIER_ROWS = 22;
const FAMILY_SEATS = 4;
const STAFF_COUNT = 420;
const PRESS_COUNT = 120;
const RESOLD_COUNT = 24;

/** Groups by how often they buy; sizes follow. */
const BUYERS = { season: 0.36, adults: 0.44, parents: 0.06, family: 0.09, students: 0.05 };
const GROUP_SIZES = { '1': 0.3, '2': 0.42, '3': 0.15, '4': 0.13 };
const SEASON_MEDIA = { foreign: 0.42, card: 0.33, ours: 0.25 };

export function seedTickets(ground: SeedGround, chance: Chance): SeedTicket[] {
  const office = new BoxOffice(chance);
  for (const section of ground.sections) {
    for (let row = 1; row <= section.rows; row++) fillRow(office, section, row, chance);
  }
  for (let index = 0; index < STAFF_COUNT; index++) office.pass('staff');
  for (let index = 0; index < PRESS_COUNT; index++) office.pass('press');
  for (const seat of chance.some(office.adults(), RESOLD_COUNT)) office.cancelledCopyOf(seat);
  return office.tickets;
}

function fillRow(office: BoxOffice, section: SeedSection, row: number, chance: Chance): void {
  let seat = 1;
  if (row === 1 && isLowerTier(section)) {
    for (let place = 0; place < WHEELCHAIR_PLACES; place++) {
      office.wheelchairPlace({ section: section.id, row, seat });
      seat += 2;
    }
  }
  while (seat <= section.seatsPerRow) {
    const left = section.seatsPerRow - seat + 1;
    const buyer = chance.weighted(BUYERS);
    const at = { section: section.id, row, seat };
    if (buyer === 'family' && left >= FAMILY_SEATS) seat += office.family(at);
    else {
      const size = Math.min(left, Number(chance.weighted(GROUP_SIZES)));
      seat += office.group(at, buyer === 'family' ? 'adults' : buyer, size);
    }
  }
}

/** The lower tier has the places for wheelchairs, in its first row. */
export function isLowerTier({ rows }: SeedSection): boolean {
  return rows === LOWER_TIER_ROWS;
}

type Place = { readonly section: string; readonly row: number; readonly seat: number };

/** Numbers tickets and orders as it sells them. */
class BoxOffice {
  readonly tickets: SeedTicket[] = [];
  readonly #chance: Chance;
  #orders = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  adults(): SeedTicket[] {
    return this.tickets.filter((ticket) => ticket.type === 'adult');
  }

  /** @returns the number of seats sold */
  family(at: Place): number {
    const people = household(this.#chance);
    this.#sell(at, 'family', this.#order(), people, {
      admits: FAMILY_SEATS,
      seat: `${at.seat}–${at.seat + FAMILY_SEATS - 1}`,
    });
    return FAMILY_SEATS;
  }

  group(at: Place, buyer: 'season' | 'adults' | 'parents' | 'students', size: number): number {
    const orderRef = this.#order();
    const group = size > 1 ? `G-${orderRef}` : null;
    const people = household(this.#chance);
    for (let index = 0; index < size; index++) {
      const place = { ...at, seat: at.seat + index };
      const type = typeIn(buyer, index, size);
      const media = type === 'season' ? this.#seasonMedium() : {};
      this.#sell(place, type, orderRef, people, { group, ...media });
    }
    return size;
  }

  wheelchairPlace(at: Place): void {
    const orderRef = this.#order();
    const group = `G-${orderRef}`;
    const people = household(this.#chance);
    const { ref } = this.#sell(at, 'accessible', orderRef, people, { group });
    const beside = { ...at, seat: at.seat + 1 };
    this.#sell(beside, 'companion', orderRef, people, { group, companionOf: ref });
  }

  pass(type: 'staff' | 'press'): void {
    const people = household(this.#chance);
    this.#sell(null, type, this.#order(), people, { cardUid: this.#cardUid() });
  }

  /** The seat was given back and sold again: the first ticket still exists, on somebody's phone. */
  cancelledCopyOf(sold: SeedTicket): void {
    const holder = personName(this.#chance, household(this.#chance));
    const group = null;
    this.tickets.push({ ...sold, ref: this.#ref(), holder, group, status: 'cancelled' });
  }

  #sell(
    at: Place | null,
    type: TicketType,
    orderRef: string,
    people: Household,
    details: Partial<SeedTicket>,
  ): SeedTicket {
    const ticket: SeedTicket = {
      ref: this.#ref(),
      type,
      section: at?.section ?? null,
      row: at === null ? null : String(at.row),
      seat: at === null ? null : String(at.seat),
      admits: 1,
      holder: personName(this.#chance, people),
      code: null,
      cardUid: null,
      orderRef,
      group: null,
      companionOf: null,
      status: 'valid',
      ...details,
    };
    this.tickets.push(ticket);
    return ticket;
  }

  #seasonMedium(): Partial<SeedTicket> {
    const medium = this.#chance.weighted(SEASON_MEDIA);
    if (medium === 'foreign') return { code: ean13(this.tickets.length + 1) };
    return medium === 'card' ? { cardUid: this.#cardUid() } : {};
  }

  /** Seven bytes as ISO/IEC 14443 cards have them; the ticket's number in it keeps them apart. */
  #cardUid(): string {
    const mixed = (this.tickets.length * 0x9e37_79b1) >>> 0;
    const chip = this.#chance.below(0x1_0000).toString(16).padStart(4, '0');
    return `04${mixed.toString(16).padStart(8, '0')}${chip}`.toUpperCase();
  }

  #ref(): string {
    return `HY-${String(this.tickets.length + 1).padStart(6, '0')}`;
  }

  #order(): string {
    this.#orders += 1;
    return `O-${String(this.#orders).padStart(5, '0')}`;
  }
}

function typeIn(buyer: string, index: number, size: number): TicketType {
  if (buyer === 'season') return 'season';
  if (buyer === 'students') return 'student';
  // One parent for each child, the parent first.
  return buyer === 'parents' && size > 1 && index % 2 === 1 ? 'child' : 'adult';
}

/** EAN-13 of the range for use within a house (GS1 prefixes 20–29), with its check digit. */
export function ean13(number: number): string {
  const digits = `207${String(number).padStart(9, '0')}`;
  const sum = [...digits].reduce(
    (total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3),
    0,
  );
  return digits + String((10 - (sum % 10)) % 10);
}
