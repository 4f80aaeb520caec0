// The ground of the demonstration: 4 stands, 60 sections, 24 gates, 40,000 seats. It exists nowhere.
import type { LaneKind, Localized } from '#domain/venue/match-event.ts';

export type SeedLane = { readonly id: string; readonly kind: LaneKind };

export type SeedGate = {
  readonly id: string;
  readonly stand: string;
  readonly name: Localized;
  readonly lanes: readonly SeedLane[];
  readonly sections: readonly string[];
};

export type SeedSection = {
  readonly id: string;
  readonly stand: string;
  readonly gate: string;
  readonly rows: number;
  readonly seatsPerRow: number;
};

export type SeedStand = { readonly id: string; readonly name: Localized };

export type SeedGround = {
  readonly stands: readonly SeedStand[];
  readonly gates: readonly SeedGate[];
  readonly sections: readonly SeedSection[];
};

const STANDS = [
  { id: 'north', letter: 'N', 'zh-CN': '北', en: 'North' },
  { id: 'east', letter: 'E', 'zh-CN': '东', en: 'East' },
  { id: 'south', letter: 'S', 'zh-CN': '南', en: 'South' },
  { id: 'west', letter: 'W', 'zh-CN': '西', en: 'West' },
] as const;

/** Sections behind each gate of a stand: eight in the lower tier, seven in the upper. */
const BEHIND_GATE: readonly (readonly number[])[] = [
  [101, 201],
  [102, 103, 202],
  [104, 203],
  [105, 106, 204],
  [107, 205],
  [108, 206, 207],
];

const LOWER = { rows: 22, seatsPerRow: 32 };
const UPPER = { rows: 24, seatsPerRow: 26 };
const UPPER_FROM = 200;

/** Standard lanes of a gate by the number of sections behind it; one fast and one accessible each. */
const STANDARD_LANES: Readonly<Record<number, number>> = { 2: 3, 3: 5 };

export function seedGround(): SeedGround {
  const gates: SeedGate[] = [];
  const sections: SeedSection[] = [];
  for (const { letter, id: stand, ...name } of STANDS) {
    BEHIND_GATE.forEach((numbers, index) => {
      const gate = `${letter}${index + 1}`;
      gates.push({
        id: gate,
        stand,
        name: { 'zh-CN': `${name['zh-CN']}${index + 1}入口`, en: `${name.en} ${index + 1}` },
        lanes: lanesOf(gate, numbers.length),
        sections: numbers.map((number) => `${letter}${number}`),
      });
      for (const number of numbers) {
        const size = number < UPPER_FROM ? LOWER : UPPER;
        sections.push({ id: `${letter}${number}`, stand, gate, ...size });
      }
    });
  }
  const stands = STANDS.map(({ id, letter: _, ...name }) => ({
    id,
    name: { 'zh-CN': `${name['zh-CN']}看台`, en: `${name.en} Stand` },
  }));
  return { stands, gates, sections };
}

function lanesOf(gate: string, sections: number): SeedLane[] {
  const standard = STANDARD_LANES[sections] ?? 1;
  const kinds: LaneKind[] = [
    ...new Array<LaneKind>(standard).fill('standard'),
    'fast',
    'accessible',
  ];
  return kinds.map((kind, index) => ({ id: `${gate}-${index + 1}`, kind }));
}

/** Gates of the same stand, nearest first: where a steward sends people on foot. */
export function neighboursOf(ground: SeedGround, gateId: string): SeedGate[] {
  const at = ground.gates.findIndex((gate) => gate.id === gateId);
  const stand = ground.gates[at]?.stand;
  return ground.gates
    .map((gate, index) => ({ gate, distance: Math.abs(index - at) }))
    .filter(({ gate, distance }) => distance > 0 && gate.stand === stand)
    .sort((a, b) => a.distance - b.distance)
    .map(({ gate }) => gate);
}
