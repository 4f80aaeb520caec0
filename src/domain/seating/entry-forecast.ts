// The evening before it is played: who will come to which gate and when, how long they will wait, and what
// somebody should see to while there is still a day for it. It knows what was sold and what the lanes are;
// of trains and rain it knows nothing.
import {
  type EntryGate,
  type EntryPlan,
  type EntryRates,
  type EntrySection,
  gatePerHour,
} from './entry-capacity.ts';
import { spreadOverGates } from './gate-shares.ts';

export type GateForecast = {
  readonly id: string;
  readonly people: number;
  /** Most people outside at once, and how many minutes before kick-off that is. */
  readonly queueMax: number;
  readonly queueMaxAtMinutes: number;
  readonly waitMaxMinutes: number;
  readonly outsideAtKickOff: number;
  /** Minutes before kick-off (negative: after it) when nobody waits any more. */
  readonly clearAtMinutes: number;
};

const RISK_KINDS = [
  'no-gate',
  'sold-beyond-entry',
  'outside-at-kick-off',
  'no-accessible-lane',
  'lanes-missing',
  'accessible-lanes-missing',
  'long-wait',
  'fast-lanes-missing',
  'allotment-open',
  'one-lane-from-trouble',
] as const;
export type RiskKind = (typeof RISK_KINDS)[number];

/** Worst first by kind, then by people. */
export type EntryRisk = {
  readonly kind: RiskKind;
  readonly severity: 'high' | 'medium';
  readonly gate: string | null;
  readonly section: string | null;
  readonly people: number;
  readonly minutes: number | null;
  /** Of lanes that are missing. */
  readonly lanes?: number;
  /** The name of the allotment that it is about. */
  readonly allotment?: string;
};

/** Share of those who come that have arrived so many minutes before kick-off; grows from 0 to 1. */
export type ArrivalCurve = (minutesToKickOff: number) => number;

const FROM_MINUTES = 180;
const UNTIL_MINUTES = -120;
const LONG_WAIT_MINUTES = 20;
const VERY_LONG_WAIT_MINUTES = 40;
/** Of a gate's people; fewer outside at kick-off are those who always come late. */
const LATE_SHARE = 0.02;

/** @param showUp - share of holders who come */
export function forecastEntry(
  sections: readonly EntrySection[],
  gates: readonly EntryGate[],
  rates: EntryRates,
  crowd: { readonly arrived: ArrivalCurve; readonly showUp: number },
): GateForecast[] {
  const capacities = new Map(gates.map((gate) => [gate.id, gatePerHour(gate, rates).perHour]));
  const people = sections.map(({ id, sold, gates: by }) => ({
    id,
    people: sold * crowd.showUp,
    gates: by,
  }));
  const coming = people.reduce((sum, each) => sum + each.people, 0);
  // People go where their gates are, however full: room is in the proportion of what gates let in.
  const room = new Map([...capacities].map(([id, perHour]) => [id, coming * Math.max(1, perHour)]));
  const { byGate } = spreadOverGates(people, room);
  return gates.map(({ id }) =>
    forecastGate(id, byGate.get(id) ?? 0, (capacities.get(id) ?? 0) / 60, crowd.arrived),
  );
}

function forecastGate(
  id: string,
  people: number,
  perMinute: number,
  arrived: ArrivalCurve,
): GateForecast {
  let queue = 0;
  let queueMax = 0;
  let queueMaxAtMinutes = 0;
  let outsideAtKickOff = 0;
  let clearAtMinutes = FROM_MINUTES;
  for (let minute = FROM_MINUTES - 1; minute >= UNTIL_MINUTES; minute -= 1) {
    queue += (arrived(minute) - arrived(minute + 1)) * people;
    queue = Math.max(0, queue - perMinute);
    if (queue > queueMax) [queueMax, queueMaxAtMinutes] = [queue, minute];
    if (minute === 0) outsideAtKickOff = queue;
    if (queue >= 1) clearAtMinutes = minute - 1;
  }
  const neverMinutes = FROM_MINUTES - UNTIL_MINUTES;
  return {
    id,
    people: Math.round(people),
    queueMax: Math.round(queueMax),
    queueMaxAtMinutes,
    waitMaxMinutes:
      perMinute === 0 ? (people > 0 ? neverMinutes : 0) : Math.round(queueMax / perMinute),
    outsideAtKickOff: Math.round(outsideAtKickOff),
    clearAtMinutes,
  };
}

/**
 * What would go wrong with what has been sold.
 *
 * @param others - found elsewhere, to be ranked among them
 */
export function risksOf(
  plan: EntryPlan,
  forecast: readonly GateForecast[],
  sections: readonly EntrySection[],
  gates: readonly EntryGate[],
  others: readonly EntryRisk[] = [],
): EntryRisk[] {
  return [
    ...others,
    ...sectionRisks(plan, sections, gates),
    ...forecast.flatMap((each) =>
      gateRisks(
        each,
        gates.find(({ id }) => id === each.id),
        plan.rates,
      ),
    ),
  ].sort((a, b) => RISK_KINDS.indexOf(a.kind) - RISK_KINDS.indexOf(b.kind) || b.people - a.people);
}

function sectionRisks(
  plan: EntryPlan,
  sections: readonly EntrySection[],
  gates: readonly EntryGate[],
): EntryRisk[] {
  const accessible = new Set(gates.filter((gate) => gate.accessible > 0).map(({ id }) => id));
  return sections.flatMap((section): EntryRisk[] => {
    const of = plan.sections.find(({ id }) => id === section.id);
    if (of === undefined || section.sold === 0) return [];
    const at = { section: section.id, gate: null, minutes: null };
    if (of.limitedBy === 'no-gate') {
      return [{ kind: 'no-gate', severity: 'high', people: section.sold, ...at }];
    }
    const beyond = section.sold - of.sellable;
    const helpless = section.assisted > 0 && !section.gates.some((gate) => accessible.has(gate));
    return [
      ...(beyond > 0
        ? [{ kind: 'sold-beyond-entry', severity: 'high', people: beyond, ...at } as const]
        : []),
      ...(helpless
        ? [
            {
              kind: 'no-accessible-lane',
              severity: 'high',
              people: section.assisted,
              ...at,
            } as const,
          ]
        : []),
    ];
  });
}

function gateRisks(
  forecast: GateForecast,
  gate: EntryGate | undefined,
  rates: EntryRates,
): EntryRisk[] {
  const at = { gate: forecast.id, section: null };
  const { people, outsideAtKickOff, waitMaxMinutes, queueMax } = forecast;
  if (outsideAtKickOff > people * LATE_SHARE) {
    const minutes = -forecast.clearAtMinutes;
    return [
      { kind: 'outside-at-kick-off', severity: 'high', people: outsideAtKickOff, minutes, ...at },
    ];
  }
  if (waitMaxMinutes >= LONG_WAIT_MINUTES) {
    const severity = waitMaxMinutes >= VERY_LONG_WAIT_MINUTES ? 'high' : 'medium';
    return [{ kind: 'long-wait', severity, people: queueMax, minutes: waitMaxMinutes, ...at }];
  }
  if (gate === undefined || gate.standard === 0) return [];
  const without = gatePerHour({ ...gate, standard: gate.standard - 1 }, rates).perHour;
  if (people <= without * rates.hours) return [];
  const short = Math.round(people - without * rates.hours);
  return [
    { kind: 'one-lane-from-trouble', severity: 'medium', people: short, minutes: null, ...at },
  ];
}
