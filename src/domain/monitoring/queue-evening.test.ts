// The estimate held against played evenings: 24 gates, people who come as the demonstration's do, lanes that
// take their time over each of them. Who waits is known there to the person. The lines that it writes are the
// table in docs/protocol/console.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalMin } from '#drill/demo/seed/arrival-curve.ts';
import { Chance } from '#drill/demo/seed/chance.ts';
import { lanePace } from './lane-pace.ts';
import { capacityOf, forecastQueue, tempoOf } from './queue.ts';

type Evening = {
  readonly name: string;
  /** Of a lane in working order. */
  readonly perMinute: number;
  readonly lanes: number;
  /** The crowd later than usual. */
  readonly lateMin?: number;
  /** How unlike the tickets people spread over gates: standard deviation of logarithms. */
  readonly uneven?: number;
  /** At every sixth gate: so many lanes dead from then on, or all held until. */
  readonly trouble?: {
    readonly lanes: number;
    readonly fromMin: number;
    readonly untilMin: number;
  };
};

const GATES = 24;
const OPENED_MIN = -120;
const SERVICE_SPREAD = 0.4;

type GateNight = { expected: number; arrivals: number[]; entries: number[] };

function playGate(evening: Evening, chance: Chance, hasTrouble: boolean): GateNight {
  const expected = 1_200 + chance.below(900);
  const share = 0.95 * Math.exp((evening.uneven ?? 0) * chance.normal());
  const arrivals = Array.from(
    { length: Math.round(expected * share) },
    () => arrivalMin(chance) + (evening.lateMin ?? 0),
  ).sort((a, b) => a - b);
  const free = Array.from({ length: evening.lanes }, () => OPENED_MIN);
  const middle = Math.log(1 / evening.perMinute) - SERVICE_SPREAD ** 2 / 2;
  const { lanes = 0, fromMin = 0, untilMin = 0 } = (hasTrouble && evening.trouble) || {};
  const entries = arrivals.map((at) => {
    const begins = free.map((since, lane) => {
      const begin = Math.max(at, since);
      return lane < lanes && begin >= fromMin && begin < untilMin ? untilMin : begin;
    });
    const lane = begins.indexOf(Math.min(...begins));
    const done = (begins[lane] ?? at) + Math.exp(middle + SERVICE_SPREAD * chance.normal());
    free[lane] = done;
    return done;
  });
  return { expected, arrivals, entries: entries.sort((a, b) => a - b) };
}

/** How many of them by then. */
function by(sorted: readonly number[], at: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Errors over all gates, from an hour and a half before kick-off until ten minutes after it. */
function heldAgainstTheTruth(evening: Evening) {
  const chance = new Chance(evening.name);
  const gates = Array.from({ length: GATES }, (_, gate) =>
    playGate(evening, chance, gate % 6 === 0),
  );
  const off = { queue: 0, looks: 0, long: 0, seen: 0, none: 0, dreamt: 0, clear: 0, clears: 0 };
  const missed = { off: 0, true: 0, looks: 0 };
  for (let at = -90; at <= 10; at += 5) {
    const { trouble } = evening;
    const isTroubled = trouble !== undefined && at >= trouble.fromMin && at < trouble.untilMin;
    const flows = gates.map(({ entries }, gate) => ({
      lanes: evening.lanes - (isTroubled && gate % 6 === 0 ? trouble.lanes : 0),
      passed: by(entries, at),
      minutes: Array.from(
        { length: 29 },
        (_, n) => by(entries, at - 28 + n) - by(entries, at - 29 + n),
      ),
    }));
    const pace = lanePace(flows);
    const crowds = gates.map(({ expected, entries }, gate) => ({
      expected,
      passed: flows[gate]?.passed ?? 0,
      perMinute: (by(entries, at) - by(entries, at - 5)) / 5,
      capacityPerMinute: capacityOf(flows[gate]?.lanes ?? 0, null, pace),
    }));
    const tempo = tempoOf(crowds, -at);
    for (const [gate, crowd] of crowds.entries()) {
      const { arrivals = [], entries = [] } = gates[gate] ?? {};
      const { queue, clearMinutes, missShare } = forecastQueue(crowd, -at, tempo);
      const waiting = by(arrivals, at) - crowd.passed;
      off.queue += Math.abs(queue - waiting);
      off.looks += 1;
      if (waiting >= 100) {
        off.long += 1;
        off.seen += Number(queue >= 50);
        let clear = at;
        while (clear < 240 && by(arrivals, clear) - by(entries, clear) >= 3) clear += 0.5;
        if (clearMinutes !== null) {
          off.clear += Math.abs(clearMinutes - (clear - at));
          off.clears += 1;
        }
      }
      if (waiting < 20) {
        off.none += 1;
        off.dreamt += Number(queue >= 100);
      }
      if (at < -40 || at > -10) continue;
      const outside = (by(arrivals, 0) - by(entries, 0)) / arrivals.length;
      missed.off += Math.abs(missShare - outside);
      missed.true += outside;
      missed.looks += 1;
    }
  }
  return {
    queueOff: off.queue / off.looks,
    seen: off.long === 0 ? 1 : off.seen / off.long,
    long: off.long,
    dreamt: off.dreamt / Math.max(1, off.none),
    clearOffMinutes: off.clear / Math.max(1, off.clears),
    missOff: missed.off / missed.looks,
    missTrue: missed.true / missed.looks,
  };
}

const calm = { perMinute: 11, lanes: 4 } as const;

for (const [evening, bounds] of [
  [
    { name: 'lanes as fast as they can', ...calm },
    { seen: 1, dreamt: 0.01, miss: 0.005 },
  ],
  [
    { name: 'late crowd', ...calm, lateMin: 8 },
    { seen: 1, dreamt: 0.01, miss: 0.005 },
  ],
  [
    { name: 'lanes at 6 a minute', perMinute: 6, lanes: 4 },
    { seen: 0.6, dreamt: 0.03, miss: 0.03 },
  ],
  [
    { name: 'three lanes at 8', perMinute: 8, lanes: 3 },
    { seen: 0.7, dreamt: 0.03, miss: 0.03 },
  ],
  [
    { name: 'lanes lost', ...calm, trouble: { lanes: 2, fromMin: -45, untilMin: 60 } },
    { seen: 0.9, dreamt: 0.02, miss: 0.02 },
  ],
] as const) {
  test(`sees most of the queues of a played evening, and dreams of few: ${evening.name}`, (t) => {
    const { seen, long, dreamt, missOff, missTrue, queueOff, clearOffMinutes } =
      heldAgainstTheTruth(evening);
    t.diagnostic(
      `queue off by ${queueOff.toFixed(1)} people a gate; of ${long} looks at 100 or more ${Math.round(seen * 100)} % seen; ` +
        `dreamt of at ${(dreamt * 100).toFixed(1)} % of calm gates; clears off by ${clearOffMinutes.toFixed(1)} min; ` +
        `miss ${(missTrue * 100).toFixed(1)} %, off by ${(missOff * 100).toFixed(1)}`,
    );
    assert.ok(seen >= bounds.seen, `saw ${seen}`);
    assert.ok(dreamt <= bounds.dreamt, `dreamt of ${dreamt}`);
    assert.ok(missOff <= bounds.miss, `off by ${missOff}`);
  });
}

// What it cannot do is written down as well: it would pass if the estimate learnt it.
test('people who stand at other gates than their tickets say are not seen where lanes are slow', (t) => {
  const evening = { name: 'uneven', perMinute: 8, lanes: 4, uneven: 0.25 };
  const { seen, long, dreamt } = heldAgainstTheTruth(evening);
  t.diagnostic(`of ${long} looks at 100 or more ${Math.round(seen * 100)} % seen`);
  assert.ok(dreamt <= 0.03);
});
