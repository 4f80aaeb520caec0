// By when somebody is told to be there: from how many share their gate, how fast it takes them, and when people
// come by themselves.
import { type Instant, MINUTE_MS } from '#domain/kernel/instant.ts';

/** Share of the people who have come, so many minutes before kick-off; between two points it grows evenly. */
export type ArrivalCurve = readonly (readonly [minutesBefore: number, share: number])[];

/** A league match as it is told in studies of arrivals at grounds: half come in the last 40 minutes. */
export const USUAL_ARRIVALS: ArrivalCurve = [
  [120, 0],
  [90, 0.1],
  [60, 0.3],
  [45, 0.46],
  [30, 0.68],
  [15, 0.88],
  [0, 0.98],
  [-15, 1],
];

export type GateLoad = {
  /** People whose tickets lead to this gate. */
  readonly people: number;
  readonly lanes: number;
  /** Of a lane, with its search; the gate is as fast as the slower of both. */
  readonly perLaneHour: number;
};

export type ArrivalAdvice = {
  readonly at: Instant;
  /** The queue that is expected for whoever comes at that time, in minutes. */
  readonly waitMinutes: number;
};

const STEP_MINUTES = 5;
/** From the gate to the seat, and a few minutes before the first whistle. */
const TO_SEAT_MINUTES = 10;
const BEFORE_KICK_OFF_MINUTES = 10;

/**
 * The latest time, in whole steps of five minutes, at which one is in one's seat ten minutes before kick-off.
 * Where no such time is left because the gate is overrun, doors.
 */
export function arriveBy(
  { doorsAt, startsAt }: { readonly doorsAt: Instant; readonly startsAt: Instant },
  load: GateLoad,
  curve: ArrivalCurve = USUAL_ARRIVALS,
): ArrivalAdvice {
  const open = Math.max(0, Math.floor((startsAt - doorsAt) / MINUTE_MS));
  const waits = waitsUntilKickOff(open, load, curve);
  let best = { before: open, wait: waits.get(open) ?? 0 };
  for (const [before, wait] of waits) {
    const isInTime = before - wait - TO_SEAT_MINUTES >= BEFORE_KICK_OFF_MINUTES;
    if (isInTime && before < best.before) best = { before, wait };
  }
  return {
    at: (startsAt - best.before * MINUTE_MS) as Instant,
    waitMinutes: Math.ceil(best.wait),
  };
}

/** Minutes before kick-off → minutes of queue, in steps back from kick-off; people who come before doors wait there. */
function waitsUntilKickOff(
  open: number,
  { people, lanes, perLaneHour }: GateLoad,
  curve: ArrivalCurve,
): Map<number, number> {
  const perMinute = (Math.max(1, lanes) * perLaneHour) / 60;
  const steps = Math.floor(open / STEP_MINUTES);
  let before = steps * STEP_MINUTES;
  let queue = people * shareAt(curve, before);
  const waits = new Map<number, number>();
  for (; before >= 0; before -= STEP_MINUTES) {
    waits.set(before, queue / perMinute);
    const next = before - STEP_MINUTES;
    const come = people * (shareAt(curve, next) - shareAt(curve, before));
    queue = Math.max(0, queue + come - perMinute * STEP_MINUTES);
  }
  return waits;
}

function shareAt(curve: ArrivalCurve, minutesBefore: number): number {
  let [earlier] = curve;
  for (const point of curve) {
    if (earlier === undefined || point[0] >= minutesBefore) {
      earlier = point;
      continue;
    }
    const [from, base] = earlier;
    const [to, top] = point;
    if (minutesBefore >= from) return base;
    return base + ((top - base) * (from - minutesBefore)) / (from - to);
  }
  return earlier?.[1] ?? 0;
}
