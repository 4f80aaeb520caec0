// How fast lanes are tonight. What they could do at most is a number from a guide; what they do shows only
// where people wait, and nobody counts who waits. But gates differ in how many people they are for: while
// nobody waits, whoever has had more people before has more now. Once the fullest gates let in no more than
// emptier ones, lane for lane, it is not the people who are few: these lanes are at their pace.

/** A lane in working order lets in 660 people an hour at most (Guide to Safety at Sports Grounds). */
export const LANE_PER_MINUTE = 11;
/** Lately, and before: a quarter of an hour apart, so that the one does not follow from the other. */
const LATELY_MINUTES = 10;
const BEFORE_MINUTES = 25;
const LATELY_PEOPLE_MIN = 40;
const BEFORE_PEOPLE_MIN = 60;
/** The fuller part of the gates is compared, and fewer gates than this say nothing. */
const FULLER_SHARE = 0.6;
const GATES_MIN = 6;
/** Gates for nearly the same number of people tell nothing apart: standard deviation of logarithms. */
const SPREAD_MIN = 0.06;
/** 1: more people, more entries; 0: as many entries however many people. */
const ELASTICITY_MAX = 0.3;

export type GateFlow = {
  /** Lanes that work now. */
  readonly lanes: number;
  readonly passed: number;
  /** Entries of each minute, oldest first, up to now. */
  readonly minutes: readonly number[];
};

/** People a minute that a lane lets in, as far as tonight shows; what lanes can do at most until it does. */
export function lanePace(gates: readonly GateFlow[]): number {
  const fuller = gates
    .filter(({ lanes }) => lanes > 0)
    .map((gate) => {
      const lately = sum(gate.minutes.slice(-LATELY_MINUTES));
      const before = gate.passed - sum(gate.minutes.slice(-BEFORE_MINUTES));
      return { lately, before, lanes: gate.lanes };
    })
    .filter(({ lately, before }) => lately >= LATELY_PEOPLE_MIN && before >= BEFORE_PEOPLE_MIN)
    .map(({ lately, before, lanes }) => ({
      before: Math.log(before / lanes),
      lately: Math.log(lately / lanes),
    }))
    .sort((a, b) => b.before - a.before);
  const top = fuller.slice(0, Math.ceil(fuller.length * FULLER_SHARE));
  if (top.length < GATES_MIN) return LANE_PER_MINUTE;
  const [x, y] = [mean(top.map(({ before }) => before)), mean(top.map(({ lately }) => lately))];
  const spread = mean(top.map(({ before }) => (before - x) ** 2));
  if (Math.sqrt(spread) < SPREAD_MIN) return LANE_PER_MINUTE;
  const together = mean(top.map(({ before, lately }) => (before - x) * (lately - y)));
  if (together / spread > ELASTICITY_MAX) return LANE_PER_MINUTE;
  const rates = top.map(({ lately }) => Math.exp(lately) / LATELY_MINUTES).sort((a, b) => a - b);
  // Above the middle: one of them may have a lane that nobody stands at.
  return Math.min(LANE_PER_MINUTE, rates[Math.floor(rates.length * 0.6)] ?? LANE_PER_MINUTE);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}
