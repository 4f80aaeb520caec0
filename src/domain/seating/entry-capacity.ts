// What may be sold in each section so that everybody is in within the hour, and what its gates need for it.
// The rule is that of the Guide to Safety at Sports Grounds: entry capacity is what passes all entry points
// of a section in one hour, and the capacity of the section is no more than that.
import { spreadOverGates } from './gate-shares.ts';

export type EntrySection = {
  readonly id: string;
  /** Seats, or people who may stand. */
  readonly places: number;
  readonly sold: number;
  /** Of them in wheelchairs, with those who come with them. */
  readonly assisted: number;
  readonly gates: readonly string[];
};

export type EntryGate = {
  readonly id: string;
  /** Lanes for the public; `fast` ones take people without bags, past the search. */
  readonly standard: number;
  readonly fast: number;
  readonly accessible: number;
  /** People an hour that are searched; null: nobody is. */
  readonly searchedPerHour: number | null;
};

export type EntryRates = {
  /** Through one turnstile: 660 is the figure of the guide, 5.5 seconds each. */
  readonly lanePerHour: number;
  readonly accessiblePerHour: number;
  /** Through one search lane: 230 with every bag X-rayed, 600 patted down by hand. */
  readonly searchPerHour: number;
  readonly hours: number;
  /** Of those who come, how many carry no bag and use a fast lane where there is one. */
  readonly fastShare: number;
};

export const SEARCH_PER_HOUR = { low: 600, usual: 400, high: 230 } as const;
export type SearchLevel = keyof typeof SEARCH_PER_HOUR;
export const USUAL_RATES: EntryRates = {
  lanePerHour: 660,
  accessiblePerHour: 240,
  searchPerHour: SEARCH_PER_HOUR.usual,
  hours: 1,
  fastShare: 0.2,
};

/** Less than this of a lane is none. */
const NOBODY = 1e-9;
/** Somebody at every lane and every search, one who supervises each gate. */
const SUPERVISORS_PER_GATE = 1;

export type SectionPlan = {
  readonly id: string;
  readonly places: number;
  readonly sold: number;
  /** What its gates let in within the hour, of its places. */
  readonly entry: number;
  /** What may be sold: places or entry, whichever is less. */
  readonly sellable: number;
  readonly limitedBy: 'places' | 'lanes' | 'search' | 'no-gate';
};

export type GatePlan = {
  readonly id: string;
  readonly capacityPerHour: number;
  readonly limitedBy: 'lanes' | 'search';
  /** Who come here when every place is sold, as evenly as gates allow. */
  readonly people: number;
  readonly has: { readonly lanes: number; readonly fast: number; readonly accessible: number };
  readonly needs: {
    readonly lanes: number;
    readonly fast: number;
    readonly accessible: number;
    readonly searchLanes: number;
    readonly stewards: number;
  };
};

export type EntryPlan = {
  readonly rates: EntryRates;
  readonly sections: readonly SectionPlan[];
  readonly gates: readonly GatePlan[];
  readonly places: number;
  readonly sellable: number;
};

export function planEntry(
  sections: readonly EntrySection[],
  gates: readonly EntryGate[],
  rates: EntryRates = USUAL_RATES,
): EntryPlan {
  const byId = new Map(gates.map((gate) => [gate.id, gate]));
  const capacities = new Map(
    gates.map((gate) => [gate.id, gatePerHour(gate, rates).perHour * rates.hours]),
  );
  const asked = sections.map(({ id, places, gates: by }) => ({ id, people: places, gates: by }));
  const { bySection } = spreadOverGates(asked, capacities);
  // What would be needed is what would come if no gate were too small.
  const wanted = spreadOverGates(asked, evenCapacities(asked, gates)).flows;
  const plans = sections.map((section): SectionPlan => {
    const entry = Math.round(bySection.get(section.id) ?? 0);
    const { id, places, sold } = section;
    const sellable = Math.min(places, entry);
    return {
      id,
      places,
      sold,
      entry,
      sellable,
      limitedBy: limitOf(section, sellable, byId, rates),
    };
  });
  return {
    rates,
    sections: plans,
    gates: gates.map((gate) => gatePlan(gate, sections, wanted, rates)),
    places: plans.reduce((sum, { places }) => sum + places, 0),
    sellable: plans.reduce((sum, { sellable }) => sum + sellable, 0),
  };
}

/** People an hour: searched and scanned, whichever are fewer; who uses a fast lane is not searched. */
export function gatePerHour(
  gate: EntryGate,
  rates: EntryRates,
): { readonly perHour: number; readonly by: 'lanes' | 'search' } {
  const scanned = gate.standard * rates.lanePerHour + gate.accessible * rates.accessiblePerHour;
  const fast = gate.fast * rates.lanePerHour;
  if (gate.searchedPerHour === null || gate.searchedPerHour >= scanned) {
    return { perHour: scanned + fast, by: 'lanes' };
  }
  return { perHour: gate.searchedPerHour + fast, by: 'search' };
}

function limitOf(
  section: EntrySection,
  sellable: number,
  gates: ReadonlyMap<string, EntryGate>,
  rates: EntryRates,
): SectionPlan['limitedBy'] {
  if (sellable >= section.places) return 'places';
  const known = section.gates.flatMap((id) => gates.get(id) ?? []);
  if (known.length === 0) return 'no-gate';
  return known.some((gate) => gatePerHour(gate, rates).by === 'search') ? 'search' : 'lanes';
}

/** Room for everybody, in the proportion of the lanes there are, so that needs are spread as people would be. */
function evenCapacities(
  sections: readonly { readonly people: number }[],
  gates: readonly EntryGate[],
): ReadonlyMap<string, number> {
  const everybody = sections.reduce((sum, { people }) => sum + people, 0);
  return new Map(gates.map((gate) => [gate.id, everybody * Math.max(1, lanesOf(gate))]));
}

function lanesOf({ standard, fast, accessible }: EntryGate): number {
  return standard + fast + accessible;
}

function gatePlan(
  gate: EntryGate,
  sections: readonly EntrySection[],
  wanted: ReadonlyMap<string, ReadonlyMap<string, number>>,
  rates: EntryRates,
): GatePlan {
  const { perHour, by } = gatePerHour(gate, rates);
  let people = 0;
  let assisted = 0;
  for (const section of sections) {
    const here = wanted.get(section.id)?.get(gate.id) ?? 0;
    people += here;
    if (section.places > 0) assisted += (section.assisted * here) / section.places;
  }
  const onFoot = Math.max(0, people - assisted);
  const fastPeople = gate.fast > 0 ? onFoot * rates.fastShare : 0;
  const inHours = (persons: number, each: number) =>
    Math.max(0, Math.ceil(persons / (each * rates.hours) - NOBODY));
  const fast = inHours(fastPeople, rates.lanePerHour);
  const accessible = inHours(assisted, rates.accessiblePerHour);
  const lanes = inHours(onFoot - fastPeople, rates.lanePerHour);
  const searchLanes = inHours(people - fastPeople, rates.searchPerHour);
  const stewards =
    lanes + fast + accessible + searchLanes + (people > 0 ? SUPERVISORS_PER_GATE : 0);
  return {
    id: gate.id,
    capacityPerHour: Math.round(perHour),
    limitedBy: by,
    people: Math.round(people),
    has: { lanes: gate.standard, fast: gate.fast, accessible: gate.accessible },
    needs: { lanes, fast, accessible, searchLanes, stewards },
  };
}
