// What is missing for what has been sold: lanes of each kind at each gate, and seats that are kept back so late that
// nobody can say any more who will come by them.
import { type EntryGate, type EntryRates, type EntrySection, planEntry } from './entry-capacity.ts';
import type { EntryRisk } from './entry-forecast.ts';

/** Seats kept for somebody until a time that has not come, and not sold. */
export type OpenAllotment = {
  readonly name: string;
  readonly seats: number;
  /** When the rest is for everybody; negative: after doors. */
  readonly endsMinutesBeforeDoors: number;
};

/** Gates as they would have to be for the people who have bought. */
export function laneRisks(
  sections: readonly EntrySection[],
  gates: readonly EntryGate[],
  rates: EntryRates,
): EntryRisk[] {
  const bought = sections.map((section) => ({
    ...section,
    places: section.sold,
    assisted: Math.min(section.assisted, section.sold),
  }));
  return planEntry(bought, gates, rates).gates.flatMap((gate): EntryRisk[] => {
    const at = { section: null, gate: gate.id, minutes: null, people: gate.people };
    const { has, needs } = gate;
    const risks: EntryRisk[] = [];
    const lanes = needs.lanes - has.lanes;
    if (lanes > 0) risks.push({ kind: 'lanes-missing', severity: 'high', lanes, ...at });
    // Where search is what binds, a lane past it takes those who carry nothing.
    const isSlow = gate.limitedBy === 'search' && gate.people > gate.capacityPerHour * rates.hours;
    const fast = Math.max(needs.fast - has.fast, isSlow && has.fast === 0 ? 1 : 0);
    if (fast > 0) {
      risks.push({ kind: 'fast-lanes-missing', severity: 'medium', lanes: fast, ...at });
    }
    // A gate without any is spoken of by its sections: another gate of theirs may have one.
    const accessible = needs.accessible - has.accessible;
    if (accessible > 0 && has.accessible > 0) {
      const missing = { kind: 'accessible-lanes-missing', severity: 'high' } as const;
      risks.push({ ...missing, lanes: accessible, ...at });
    }
    return risks;
  });
}

export function allotmentRisks(allotments: readonly OpenAllotment[]): EntryRisk[] {
  return allotments
    .filter(({ seats }) => seats > 0)
    .map(({ name, seats, endsMinutesBeforeDoors }) => ({
      kind: 'allotment-open' as const,
      severity: 'medium' as const,
      ...{ section: null, gate: null, allotment: name },
      people: seats,
      minutes: endsMinutesBeforeDoors,
    }));
}
