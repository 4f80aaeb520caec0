// How long people will wait outside, reckoned from what gates see. Nobody counts a queue: what is known is
// how many passed, how many are still to come, and how fast the lanes pass them.
//
// The model. Holders arrive along a curve that is much the same for every match (ARRIVED_BY). Gates that
// are not busy pass people as they come, so they show whether the crowd is early or late tonight: the
// `tempo`. At a busy gate, whoever should have arrived by the curve and has not passed stands outside.
// From there minute follows minute: arrivals by the curve, departures by what the gate can pass.
//
// Its limits. It knows nothing of trains that are late, of rain, of people who stand at another gate than
// theirs, or of a crowd that waits in the sun because it wants to. A fresh match has no tempo and takes the
// curve as it is. It is a number to look out of the window by, never one to close a gate by. How far it is
// from the truth was measured on played evenings: queue-evening.test.ts, docs/protocol/console.md §2.

/** Minutes before kick-off, and the share of those who come that have arrived by then. */
const ARRIVED_BY: readonly (readonly [minutes: number, share: number])[] = [
  [150, 0],
  [120, 0.02],
  [90, 0.08],
  [60, 0.24],
  [45, 0.4],
  [30, 0.62],
  [20, 0.78],
  [10, 0.92],
  [0, 0.985],
  [-20, 1],
];

/** Of those who hold a ticket; the others stay at home. */
export const SHOW_UP_SHARE = 0.95;
/** From this share of its capacity on, a gate is taken to have people waiting. */
const BUSY_SHARE = 0.7;
const LOOK_AHEAD_MINUTES = 240;
const TEMPO_MIN = 0.5;
const TEMPO_MAX = 1.5;
/** Fewer people than this say nothing about the crowd. */
const TEMPO_PEOPLE_MIN = 100;
/** No curve is nearer to the truth than this share of those who have come. */
const QUEUE_SHARE_MIN = 0.05;

export type GateCrowd = {
  /** People whose tickets lead to this gate, those inside included. */
  readonly expected: number;
  /** Of them, how many have entered. */
  readonly passed: number;
  /** Entries a minute, over the last minutes. */
  readonly perMinute: number;
  /** What the gate could let in now: searches or scans, whichever is fewer; 0 while it is stopped. */
  readonly capacityPerMinute: number;
};

export type QueueForecast = {
  /** People outside now. */
  readonly queue: number;
  /** Minutes until nobody waits, with those who are still to come; null: not within four hours. */
  readonly clearMinutes: number | null;
  /** Share of this gate's people who will stand outside at kick-off; after it, who stand there now. */
  readonly missShare: number;
};

/** @param minutesToKickOff - negative once it has begun */
export function arrivedShare(minutesToKickOff: number): number {
  const first = ARRIVED_BY[0] ?? [0, 0];
  if (minutesToKickOff >= first[0]) return 0;
  for (let index = 1; index < ARRIVED_BY.length; index += 1) {
    const [from, low] = ARRIVED_BY[index - 1] ?? first;
    const [to, high] = ARRIVED_BY[index] ?? first;
    if (minutesToKickOff >= to)
      return low + ((from - minutesToKickOff) / (from - to)) * (high - low);
  }
  return 1;
}

export function isBusy({ perMinute, capacityPerMinute }: GateCrowd): boolean {
  return capacityPerMinute <= 0 || perMinute >= BUSY_SHARE * capacityPerMinute;
}

/** How early the crowd comes tonight against the curve, 1 being as usual; from gates that are not busy. */
export function tempoOf(gates: readonly GateCrowd[], minutesToKickOff: number): number {
  const idle = gates.filter((gate) => !isBusy(gate));
  const passed = sum(idle.map((gate) => gate.passed));
  const usual =
    sum(idle.map((gate) => gate.expected)) * SHOW_UP_SHARE * arrivedShare(minutesToKickOff);
  if (usual < TEMPO_PEOPLE_MIN) return 1;
  return Math.min(Math.max(passed / usual, TEMPO_MIN), TEMPO_MAX);
}

export function forecastQueue(gate: GateCrowd, minutesToKickOff: number, tempo = 1): QueueForecast {
  const coming = gate.expected * SHOW_UP_SHARE;
  const arrived = (minutes: number) => Math.min(1, tempo * arrivedShare(minutes)) * coming;
  const now = queueNow(gate, arrived(minutesToKickOff));
  let queue = now;
  let atKickOff = minutesToKickOff <= 0 ? queue : null;
  let clearMinutes = queue < 1 ? 0 : null;
  for (let minute = 1; minute <= LOOK_AHEAD_MINUTES; minute += 1) {
    const left = minutesToKickOff - minute;
    queue += arrived(left) - arrived(left + 1) - gate.capacityPerMinute;
    if (queue < 1) {
      queue = 0;
      clearMinutes ??= minute;
    }
    if (left <= 0) atKickOff ??= queue;
    if (atKickOff !== null && clearMinutes !== null) break;
  }
  const missShare = coming === 0 ? 0 : Math.min(1, (atKickOff ?? 0) / coming);
  return { queue: Math.round(now), clearMinutes, missShare };
}

/** At a gate that is open, so few that the curve may be wrong by them are taken for nobody. */
function queueNow(gate: GateCrowd, arrived: number): number {
  const missing = isBusy(gate) ? Math.max(0, arrived - gate.passed) : 0;
  const isNoise = gate.capacityPerMinute > 0 && missing < QUEUE_SHARE_MIN * gate.passed;
  return isNoise ? 0 : missing;
}

/** What a gate can let in: as many as are searched, and no more than its lanes scan. @param pace - of a lane */
export function capacityOf(lanes: number, searched: number | null, pace: number): number {
  const scanned = lanes * pace;
  return searched === null ? scanned : Math.min(scanned, searched);
}

/** People a minute that so many searchers let through. @param secondsEach - of one search; at least 1 */
export function searchPerMinute(searchers: number, secondsEach: number): number {
  return (searchers * 60) / Math.max(1, secondsEach);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
