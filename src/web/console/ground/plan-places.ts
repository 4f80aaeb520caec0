// Where on the plan each gate stands: on the outside of its stand, in the order of the event file.
import type { GateOverview } from '#protocol/overview.ts';

export const SIDES = ['north', 'east', 'south', 'west'] as const;
export type Side = (typeof SIDES)[number];

const KNOWN: readonly (readonly [RegExp, Side])[] = [
  [/^n(orth)?\b|北/i, 'north'],
  [/^e(ast)?\b|东/i, 'east'],
  [/^s(outh)?\b|南/i, 'south'],
  [/^w(est)?\b|西/i, 'west'],
];

export type Placed = {
  readonly gate: GateOverview;
  readonly side: Side;
  /** Centre, in per cent of the plan's width and height. */
  readonly x: number;
  readonly y: number;
};

/** Stands that name a side stand there; others take the sides that are left, then share them. */
export function sidesOf(stands: readonly string[]): ReadonlyMap<string, Side> {
  const sides = new Map<string, Side>();
  for (const stand of stands) {
    const known = KNOWN.find(([pattern]) => pattern.test(stand));
    if (known !== undefined) sides.set(stand, known[1]);
  }
  const free = SIDES.filter((side) => ![...sides.values()].includes(side));
  let next = 0;
  for (const stand of stands) {
    if (sides.has(stand)) continue;
    sides.set(stand, free[next] ?? SIDES[next % SIDES.length] ?? 'north');
    next += 1;
  }
  return sides;
}

export function placeGates(gates: readonly GateOverview[]): Placed[] {
  const stands = [...new Set(gates.map((gate) => gate.stand ?? gate.zone))];
  const sides = sidesOf(stands);
  const bySide = Map.groupBy(gates, (gate) => sides.get(gate.stand ?? gate.zone) ?? 'north');
  return [...bySide].flatMap(([side, own]) =>
    own.map((gate, index) => ({ gate, side, ...pointOn(side, (index + 0.5) / own.length) })),
  );
}

/** @param share - along the side, left to right or top to bottom */
function pointOn(side: Side, share: number): { x: number; y: number } {
  const along = (from: number, to: number) => from + share * (to - from);
  switch (side) {
    case 'north':
      return { x: along(17, 83), y: 9 };
    case 'south':
      return { x: along(17, 83), y: 91 };
    case 'east':
      return { x: 92.5, y: along(13, 87) };
    case 'west':
      return { x: 7.5, y: along(13, 87) };
  }
}
