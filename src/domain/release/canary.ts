// Whether the gates that try a new release do worse than the others. Looked at again and again while scans come in,
// so the tests are such as may be: the evidence is a non-negative martingale while nothing is wrong, and the chance
// that it ever exceeds 1 / ALPHA is at most ALPHA, however often one looks (Ville 1939).

/** Of some gates in one slice of time. */
export type Tried = {
  readonly scans: number;
  readonly refused: number;
  /** Scans whose time to the verdict is known, and those of them that took too long. */
  readonly timed: number;
  readonly slow: number;
  /** Refused by a lane alone, where the server, asked the same, would not have. */
  readonly differed: number;
};

export type Slice = { readonly canary: Tried; readonly others: Tried };

export const WORSE = ['wrong-refusals', 'refusals', 'slow'] as const;
export type Worse = (typeof WORSE)[number];

export type CanaryJudgement = {
  /** Null: nothing speaks for it so far. */
  readonly worse: Worse | null;
  /** Scans at the canary’s gates that this rests on. */
  readonly scans: number;
  /** How much likelier what was seen is if the release is worse, for each kind, as a natural logarithm. */
  readonly evidence: Readonly<Record<Worse, number>>;
};

/** The chance of taking back a release that is as good, for each of the three tests. */
export const ALPHA = 0.001;
const ENOUGH = Math.log(1 / ALPHA);

/** Wrong refusals of a release that has no fault: a control that reached the lane a moment late, a re-issue. */
export const WRONG_AT_MOST = 0.000_2;
/** The fault that is looked for; a larger one shows sooner. */
export const WRONG_LOOKED_FOR = 0.02;
/** Gates differ in whom they meet. Less than this in a hundred is no reason, however certain it is. */
const REFUSED_MORE = 0.03;
const SLOW_MORE = 0.05;
/** Lanes of gates with the old release may be found wrong too; the canary has to be this much worse. */
const OTHERS_TIMES = 2;
/** So many of theirs say nothing yet of how often that is. */
const OTHERS_BY_CHANCE = 3;

export function judgeCanary(slices: readonly Slice[]): CanaryJudgement {
  const wrong = new WrongRefusals();
  const refusals = new TwoRates(REFUSED_MORE);
  const slow = new TwoRates(SLOW_MORE);
  let scans = 0;
  let worse: Worse | null = null;
  for (const { canary, others } of slices) {
    if (worse !== null) break;
    scans += canary.scans;
    wrong.take(canary, others);
    refusals.take(
      { n: canary.scans, bad: canary.refused },
      { n: others.scans, bad: others.refused },
    );
    slow.take({ n: canary.timed, bad: canary.slow }, { n: others.timed, bad: others.slow });
    if (wrong.evidence >= ENOUGH) worse = 'wrong-refusals';
    else if (refusals.isWorse()) worse = 'refusals';
    else if (slow.isWorse()) worse = 'slow';
  }
  const evidence = {
    'wrong-refusals': wrong.evidence,
    refusals: refusals.evidence,
    slow: slow.evidence,
  };
  return { worse, scans, evidence };
}

/**
 * Wald's sequential test of {@link WRONG_LOOKED_FOR} against {@link WRONG_AT_MOST}, or against twice what the
 * others show, if that is more.
 */
class WrongRefusals {
  evidence = 0;
  #others = { scans: 0, differed: 0 };

  take(canary: Tried, others: Tried): void {
    // What the others show is taken from before: what a test is set by must not depend on what it looks at.
    const { scans, differed } = this.#others;
    const usual = scans === 0 ? 0 : Math.max(0, differed - OTHERS_BY_CHANCE) / scans;
    const low = Math.min(Math.max(WRONG_AT_MOST, OTHERS_TIMES * usual), WRONG_LOOKED_FOR);
    this.#others = { scans: scans + others.scans, differed: differed + others.differed };
    const bad = Math.min(canary.differed, canary.scans);
    this.evidence +=
      bad * Math.log(WRONG_LOOKED_FOR / low) +
      (canary.scans - bad) * Math.log((1 - WRONG_LOOKED_FOR) / (1 - low));
  }
}

type Sample = { readonly n: number; readonly bad: number };

/**
 * A safe test of two proportions (Turner, Ly and Grünwald 2021): each slice is weighed by rates estimated from the
 * slices before it, against the one rate between them.
 */
class TwoRates {
  evidence = 0;
  readonly #margin: number;
  #canary: Sample = { n: 0, bad: 0 };
  #others: Sample = { n: 0, bad: 0 };

  constructor(margin: number) {
    this.#margin = margin;
  }

  take(canary: Sample, others: Sample): void {
    const here = estimate(this.#canary);
    const there = estimate(this.#others);
    if (canary.n > 0 && others.n > 0 && here > there) {
      const between = (canary.n * here + others.n * there) / (canary.n + others.n);
      this.evidence += weight(canary, here, between) + weight(others, there, between);
    }
    this.#canary = sum(this.#canary, canary);
    this.#others = sum(this.#others, others);
  }

  isWorse(): boolean {
    const more = rate(this.#canary) - rate(this.#others);
    return this.evidence >= ENOUGH && more >= this.#margin;
  }
}

function weight({ n, bad }: Sample, rated: number, between: number): number {
  return bad * Math.log(rated / between) + (n - bad) * Math.log((1 - rated) / (1 - between));
}

/** Never 0 and never 1, also before anything was seen. */
function estimate({ n, bad }: Sample): number {
  return (bad + 0.5) / (n + 1);
}

function rate({ n, bad }: Sample): number {
  return n === 0 ? 0 : bad / n;
}

function sum(a: Sample, b: Sample): Sample {
  return { n: a.n + b.n, bad: a.bad + b.bad };
}
