// The ladder of a lane: who decides now, and what becomes of a scan that nobody answers. Events in,
// effects out; it has no clock, no timer and no network of its own. Whoever drives it hands in what
// happened and when, and does what it says.
import type { Rung } from '#domain/entry/verdict.ts';
import { type Asking, deadlinesFor, type Tier, withState } from './asking.ts';
import { type Breaker, CLOSED, noteAnswer, noteProbe, openBreaker } from './breaker.ts';
import { advance, type Step, wakeAt } from './ladder-time.ts';

export type AddressState = {
  readonly address: string;
  readonly tier: Tier;
  readonly breaker: Breaker;
  /** False: another club's server, or none of ours. Never asked. */
  readonly isOurs: boolean;
};

/** `visual`: by the steward's eye, counted · `open`: the gate stands open, people are counted. */
export const MODES = ['normal', 'visual', 'open'] as const;
export type Mode = (typeof MODES)[number];

export type ModeSet = {
  readonly mode: Mode;
  /** People after whom an open gate is held; null: no threshold. */
  readonly stopAt: number | null;
};

export const NORMAL: ModeSet = { mode: 'normal', stopAt: null };

/** Each takes back only its own word: control cannot see what the supervisor at the gate sees. */
export type ModeBy = 'control' | 'supervisor';

export type Ladder = {
  readonly addresses: readonly AddressState[];
  readonly askings: readonly Asking[];
  readonly modes: Readonly<Record<ModeBy, ModeSet>>;
  /** A person stands here, who can judge by eye where there is no list. */
  readonly isStewarded: boolean;
  readonly hasList: boolean;
  /** Who decides the next scan. */
  readonly rung: Rung;
};

export type LadderEvent =
  /** A code was read, `readMs` ago or now; it is to be asked upward if anybody is worth asking. */
  | {
      readonly kind: 'read';
      readonly scanId: string;
      readonly readMs: number;
      readonly deadlineMs: number;
      readonly isStrict: boolean;
    }
  | { readonly kind: 'answered'; readonly scanId: string; readonly address: string }
  /** The network failed, or what came was no answer: HTML, half of a JSON text, 5xx, another server. */
  | {
      readonly kind: 'failed';
      readonly scanId: string;
      readonly address: string;
      readonly cause: string;
    }
  | {
      readonly kind: 'probed';
      readonly address: string;
      readonly isAnswered: boolean;
      readonly cause: string;
    }
  | {
      readonly kind: 'identified';
      readonly address: string;
      readonly tier: Tier;
      readonly isOurs: boolean;
    }
  | { readonly kind: 'mode'; readonly by: ModeBy; readonly set: ModeSet; readonly cause: string }
  | { readonly kind: 'list'; readonly isWhole: boolean }
  /** It is time: an earlier `wake` is due. */
  | { readonly kind: 'tick' };

export type LadderEffect =
  | { readonly kind: 'ask'; readonly scanId: string; readonly address: string }
  /** The verdict is whoever’s answer this is. */
  | { readonly kind: 'take-answer'; readonly scanId: string; readonly address: string }
  /** The verdict is the lane's: nobody has answered. */
  | { readonly kind: 'go-alone'; readonly scanId: string; readonly cause: string }
  /** An exact answer for a scan that the lane has decided meanwhile. */
  | { readonly kind: 'late'; readonly scanId: string; readonly address: string }
  /** Nobody waits for this scan's answers any more. */
  | { readonly kind: 'forget'; readonly scanId: string }
  /** To be probed until its breaker closes. */
  | { readonly kind: 'probe'; readonly address: string }
  /** `isQuiet`: only known better now; nothing has changed at the gate. */
  | {
      readonly kind: 'moved';
      readonly from: Rung;
      readonly to: Rung;
      readonly cause: string;
      readonly isQuiet: boolean;
    };

export type Stepped = {
  readonly ladder: Ladder;
  readonly effects: readonly LadderEffect[];
  /** When to hand in a `tick`; null: nothing is due. */
  readonly wakeMs: number | null;
};

export function createLadder(
  addresses: readonly { readonly address: string; readonly tier: Tier }[],
  isStewarded: boolean,
  hasList: boolean,
): Ladder {
  const ladder: Ladder = {
    addresses: addresses.map((each) => ({ ...each, breaker: CLOSED, isOurs: true })),
    askings: [],
    modes: { control: NORMAL, supervisor: NORMAL },
    isStewarded,
    hasList,
    rung: 'hub',
  };
  return { ...ladder, rung: rungOf(ladder) };
}

/** @param nowMs - monotonic, and never less than at the step before */
export function stepLadder(ladder: Ladder, event: LadderEvent, nowMs: number): Stepped {
  const happened = happen({ ladder, effects: [], cause: 'time passed' }, event, nowMs);
  const step = advance(happened, nowMs);
  const rung = rungOf(step.ladder);
  const moved = { ...step.ladder, rung };
  const isQuiet = event.kind === 'identified' && isExact(rung) && isExact(ladder.rung);
  const effects: readonly LadderEffect[] =
    rung === ladder.rung
      ? step.effects
      : [
          ...step.effects,
          { kind: 'moved', from: ladder.rung, to: rung, cause: step.cause, isQuiet },
        ];
  return { ladder: moved, effects, wakeMs: wakeAt(moved) };
}

/** The mode in force: the more open of what control and the supervisor have said. */
export function modeOf({ modes: { control, supervisor } }: Pick<Ladder, 'modes'>): ModeSet {
  const stops = [control, supervisor].flatMap(({ mode, stopAt }) =>
    mode === 'open' && stopAt !== null ? [stopAt] : [],
  );
  const mode = MODES.findLast((each) => each === control.mode || each === supervisor.mode);
  return { mode: mode ?? 'normal', stopAt: stops.length === 0 ? null : Math.min(...stops) };
}

/** Whether a scan would be asked upward now. */
export function mayAsk(ladder: Ladder): boolean {
  return modeOf(ladder).mode !== 'open' && ladder.addresses.some(isUsable);
}

function isUsable({ breaker, isOurs }: AddressState): boolean {
  return isOurs && !breaker.isOpen;
}

function isExact(rung: Rung): boolean {
  return rung === 'edge' || rung === 'hub';
}

function rungOf(ladder: Ladder): Rung {
  const { mode } = modeOf(ladder);
  if (mode !== 'normal') return mode;
  const usable = ladder.addresses.filter(isUsable);
  if (usable.some(({ tier }) => tier === 'edge')) return 'edge';
  if (usable.length > 0) return 'hub';
  return ladder.isStewarded && !ladder.hasList ? 'visual' : 'provisional';
}

function happen(step: Step, event: LadderEvent, nowMs: number): Step {
  const { ladder } = step;
  switch (event.kind) {
    case 'read':
      return read(step, event, nowMs);
    case 'answered':
      return answered(step, event.scanId, event.address);
    case 'failed':
      return failed(step, event, nowMs);
    case 'probed':
      return changeAddress({ ...step, cause: event.cause }, event.address, (each) => ({
        ...each,
        breaker: noteProbe(each.breaker, event.isAnswered && each.isOurs, nowMs),
      }));
    case 'identified': {
      const { tier, isOurs } = event;
      const cause = isOurs ? `a ${tier} answers` : 'another server stands at this address';
      return changeAddress({ ...step, cause }, event.address, (each) => ({
        ...each,
        tier,
        isOurs,
        breaker: isOurs ? each.breaker : openBreaker(each.breaker, nowMs),
      }));
    }
    case 'mode': {
      const modes = { ...ladder.modes, [event.by]: event.set };
      return { ...step, cause: event.cause, ladder: { ...ladder, modes } };
    }
    case 'list': {
      const cause = event.isWhole ? 'the list is here' : 'there is no list';
      return { ...step, cause, ladder: { ...ladder, hasList: event.isWhole } };
    }
    case 'tick':
      return step;
  }
}

function read(step: Step, event: Extract<LadderEvent, { kind: 'read' }>, nowMs: number): Step {
  const { ladder, effects } = step;
  const { scanId, readMs, deadlineMs, isStrict } = event;
  const deadlines = deadlinesFor(deadlineMs, isStrict);
  // A lane that was slow itself says nothing about whom it has not asked.
  const isTooLate = nowMs >= readMs + deadlines.aloneMs;
  if (isTooLate || !mayAsk(ladder)) {
    const cause = isTooLate ? 'the lane itself was too slow' : 'nobody is worth asking';
    return { ...step, effects: [...effects, { kind: 'go-alone', scanId, cause }] };
  }
  const asking: Asking = {
    scanId,
    readMs,
    deadlines,
    waiting: inOrder(ladder.addresses.filter(isUsable)),
    asked: [],
    settledBy: null,
    cause: null,
  };
  return { ...step, ladder: { ...ladder, askings: [...ladder.askings, asking] } };
}

/** Boxes before the hub; among equals, who answered last before the others. */
function inOrder(addresses: readonly AddressState[]): Asking['waiting'] {
  return (['edge', 'hub'] as const).flatMap((tier) =>
    addresses.filter((each) => each.tier === tier).map(({ address }) => ({ address, tier })),
  );
}

function answered(step: Step, scanId: string, address: string): Step {
  const asking = step.ladder.askings.find((each) => each.scanId === scanId);
  if (asking === undefined) return step;
  const kind =
    asking.settledBy === null ? 'take-answer' : asking.settledBy === 'lane' ? 'late' : null;
  const settled: Asking = {
    ...withState(asking, address, 'answered'),
    settledBy: asking.settledBy ?? 'above',
  };
  const noted = changeAddress(step, address, (each) => ({
    ...each,
    breaker: noteAnswer(each.breaker),
  }));
  const { ladder, effects } = changeAsking(noted, settled);
  const first = ladder.addresses.filter((each) => each.address === address);
  const others = ladder.addresses.filter((each) => each.address !== address);
  return {
    ...noted,
    ladder: kind === 'take-answer' ? { ...ladder, addresses: [...first, ...others] } : ladder,
    effects: kind === null ? effects : [...effects, { kind, scanId, address }],
  };
}

function failed(
  step: Step,
  { scanId, address, cause }: Extract<LadderEvent, { kind: 'failed' }>,
  nowMs: number,
): Step {
  const asking = step.ladder.askings.find((each) => each.scanId === scanId);
  const opened = changeAddress({ ...step, cause }, address, (each) => ({
    ...each,
    breaker: openBreaker(each.breaker, nowMs),
  }));
  if (asking === undefined) return opened;
  const noted = withState(asking, address, 'failed');
  return changeAsking(opened, { ...noted, cause: asking.cause ?? cause });
}

function changeAsking(step: Step, asking: Asking): Step {
  const askings = step.ladder.askings.map((each) =>
    each.scanId === asking.scanId ? asking : each,
  );
  return { ...step, ladder: { ...step.ladder, askings } };
}

/** What has just opened is probed from now on. */
function changeAddress(
  step: Step,
  address: string,
  change: (before: AddressState) => AddressState,
): Step {
  const effects = [...step.effects];
  const addresses = step.ladder.addresses.map((before) => {
    if (before.address !== address) return before;
    const after = change(before);
    if (after.breaker.isOpen && !before.breaker.isOpen) effects.push({ kind: 'probe', address });
    return after;
  });
  return { ...step, effects, ladder: { ...step.ladder, addresses } };
}
