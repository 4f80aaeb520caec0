// What a gate is doing, in one word. Errors are the lesser half: a scanner that died makes none, so a gate
// is also held against its own last minutes and against its siblings.

export const GATE_STATES = [
  /** Stopped by control. */
  'held',
  /** No lane of it has been heard of. */
  'down',
  /** People came through minutes ago, nobody does now, and elsewhere they do. */
  'quiet',
  /** Far slower than it was, while its siblings are not. */
  'slow',
  /** Lanes decide alone. */
  'alone',
  /** Lets in no more than control allows a minute. */
  'metered',
  'flowing',
  /** Nobody comes, and nobody is expected to. */
  'idle',
] as const;
export type GateState = (typeof GATE_STATES)[number];

export type GatePulse = {
  readonly isHeld: boolean;
  readonly isMetered: boolean;
  /** Lanes enrolled here, and those heard of lately. */
  readonly lanes: number;
  readonly lanesHeard: number;
  readonly lanesAlone: number;
  /** Entries in the last two minutes, and in the ten before them. */
  readonly lastTwo: number;
  readonly tenBefore: number;
};

/** So few in ten minutes may well be nobody in two. */
const TRICKLE = 10;
/** Below this share of what it let in before, a gate has collapsed. */
const COLLAPSED_SHARE = 0.4;

/** @param siblings - the other gates of the ground; their pace says whether everybody has slowed down */
export function gateState(gate: GatePulse, siblings: readonly GatePulse[]): GateState {
  if (gate.isHeld) return 'held';
  if (gate.lanes > 0 && gate.lanesHeard === 0) return 'down';
  const was = gate.tenBefore / 10;
  const is = gate.lastTwo / 2;
  if (gate.tenBefore >= TRICKLE && is < COLLAPSED_SHARE * was && !haveAllSlowed(siblings)) {
    return gate.lastTwo === 0 ? 'quiet' : 'slow';
  }
  if (gate.lanesAlone > 0) return 'alone';
  if (gate.isMetered) return 'metered';
  return gate.lastTwo > 0 || gate.tenBefore > 0 ? 'flowing' : 'idle';
}

/** True as well when there is nobody to compare with. */
function haveAllSlowed(siblings: readonly GatePulse[]): boolean {
  const open = siblings.filter((each) => !each.isHeld && each.tenBefore >= TRICKLE);
  const was = open.reduce((sum, each) => sum + each.tenBefore / 10, 0);
  const is = open.reduce((sum, each) => sum + each.lastTwo / 2, 0);
  return open.length > 0 && is < COLLAPSED_SHARE * was;
}
