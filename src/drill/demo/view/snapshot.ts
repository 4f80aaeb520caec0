// What the screen shows at one moment, read off the player and its own record.
import type { Reason } from '#domain/entry/verdict.ts';
import type { GateState } from '../play/gate-line.ts';
import { type Ledger, lastMinuteOf } from '../play/ledger.ts';
import type { Night } from '../play/night.ts';
import { DYING_GATE, type Notice, TAKING_OVER } from '../play/power-cut.ts';
import { isCheck } from './words.ts';

export type GateLook = {
  readonly id: string;
  readonly name: string;
  readonly admitted: number;
  readonly perMinute: number;
  readonly queue: number;
  readonly waitMin: number;
  readonly refused: number;
  readonly mostly: readonly (readonly [Reason, number])[];
  readonly state: GateState;
  /** The gate whose people this one takes. */
  readonly takes: string | null;
};

export type Snapshot = {
  readonly nowMin: number;
  readonly speed: number;
  readonly admitted: number;
  readonly left: number;
  readonly perMinute: number;
  readonly queue: number;
  readonly refused: number;
  readonly checked: number;
  readonly gates: readonly GateLook[];
  readonly reasons: readonly (readonly [Reason, number])[];
  /** Admissions by minute of the last hour, oldest first. */
  readonly lastHour: readonly number[];
  readonly notices: readonly Notice[];
  /** Within which 99 of 100 verdicts came. */
  readonly answersP99Ms: number;
};

const HOUR_MIN = 60;
/** People that one lane passes in a minute when the queue never ends. */
const LANE_PER_MINUTE = 10;

export function snapshotOf(night: Night, ledger: Ledger, notices: readonly Notice[]): Snapshot {
  const nowMin = night.clock.nowMin;
  const isDiverted = night.lines.get(DYING_GATE)?.state === 'diverted';
  const gates = [...night.lines.values()].map((line): GateLook => {
    const { id, name, lanes } = line.gate;
    const tally = ledger.tallyOf(id);
    const perMinute = lastMinuteOf(tally, nowMin);
    const refusals = [...tally.refused].filter(([reason]) => !isCheck(reason));
    const queue = line.people;
    const passing = Math.max(perMinute, lanes.length * LANE_PER_MINUTE * 0.8);
    return {
      id,
      name: name['zh-CN'],
      admitted: tally.admitted,
      perMinute: Math.round(perMinute),
      queue,
      waitMin: queue / passing,
      refused: refusals.reduce((sum, [, n]) => sum + n, 0),
      mostly: refusals.sort((a, b) => b[1] - a[1]),
      state: line.state,
      takes: isDiverted && TAKING_OVER.includes(id) ? DYING_GATE : null,
    };
  });
  const tallies = [...ledger.gates.values()];
  const sum = (of: (gate: GateLook) => number) =>
    gates.reduce((total, gate) => total + of(gate), 0);
  const reasons = totalByReason(tallies.map((tally) => tally.refused));
  return {
    nowMin,
    speed: night.clock.speed,
    admitted: sum((gate) => gate.admitted),
    left: tallies.reduce((total, tally) => total + tally.left, 0),
    perMinute: sum((gate) => gate.perMinute),
    queue: night.waiting,
    refused: sum((gate) => gate.refused),
    checked: reasons.reduce((total, [reason, n]) => total + (isCheck(reason) ? n : 0), 0),
    gates,
    reasons,
    lastHour: Array.from({ length: HOUR_MIN }, (_, index) =>
      tallies.reduce((total, tally) => total + (tally.perMinute.get(index - HOUR_MIN) ?? 0), 0),
    ),
    notices,
    answersP99Ms: ledger.answers.quantileMs(0.99),
  };
}

function totalByReason(
  maps: readonly ReadonlyMap<Reason, number>[],
): readonly (readonly [Reason, number])[] {
  const totals = new Map<Reason, number>();
  for (const map of maps) {
    for (const [reason, n] of map) totals.set(reason, (totals.get(reason) ?? 0) + n);
  }
  return [...totals].sort((a, b) => b[1] - a[1]);
}
