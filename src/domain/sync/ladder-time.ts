// What time alone does to the scans under way: asks the next, gives up on who is silent, lets the lane
// decide, and in the end stops listening.
import { type Asked, type Asking, isInVain, lostAtMs, nextToAsk, withState } from './asking.ts';
import { openBreaker } from './breaker.ts';
import type { AddressState, Ladder, LadderEffect } from './ladder.ts';

export type Step = {
  readonly ladder: Ladder;
  readonly effects: readonly LadderEffect[];
  /** Of the change of rung that this step may be. */
  readonly cause: string;
};

/** An exact answer that comes after this is found by the journal's replay. */
const LISTEN_MS = 30_000;

export function advance(step: Step, nowMs: number): Step {
  let now = step;
  for (const { scanId } of step.ladder.askings) now = advanceOne(now, scanId, nowMs);
  return now;
}

/** The earliest moment at which {@link advance} would do something. */
export function wakeAt(ladder: Ladder): number | null {
  const moments = ladder.askings.flatMap((asking) => {
    const next = nextToAsk(asking, Number.NEGATIVE_INFINITY);
    return [
      ...(next === null ? [] : [next.atMs]),
      ...asking.asked
        .filter(({ state }) => state === 'pending')
        .map(({ tier }) => lostAtMs(asking, tier)),
      asking.settledBy === null
        ? asking.readMs + asking.deadlines.aloneMs
        : asking.readMs + LISTEN_MS,
    ];
  });
  return moments.length === 0 ? null : Math.min(...moments);
}

function advanceOne(step: Step, scanId: string, nowMs: number): Step {
  let now = skipOpened(step, scanId);
  for (;;) {
    const next = nextToAsk(askingOf(now, scanId), nowMs);
    if (next === null || next.atMs > nowMs || isOver(askingOf(now, scanId), nowMs)) break;
    now = ask(now, scanId, nowMs);
  }
  now = loseSilent(now, scanId, nowMs);
  const asking = askingOf(now, scanId);
  if (asking.settledBy === null) {
    if (isOver(asking, nowMs)) return goAlone(openAll(now, nowMs), asking, 'no answer in time');
    if (isInVain(asking)) return goAlone(now, asking, asking.cause ?? 'nobody is left to ask');
    return now;
  }
  const isListening = asking.asked.some(({ state }) => state === 'pending' || state === 'silent');
  if (isListening && nowMs < asking.readMs + LISTEN_MS) return now;
  const askings = now.ladder.askings.filter((each) => each.scanId !== scanId);
  return {
    ...now,
    ladder: { ...now.ladder, askings },
    effects: [...now.effects, { kind: 'forget', scanId }],
  };
}

function isOver({ readMs, deadlines }: Asking, nowMs: number): boolean {
  return nowMs >= readMs + deadlines.aloneMs;
}

/** Who has failed another scan, or a probe, meanwhile is not asked this one. */
function skipOpened(step: Step, scanId: string): Step {
  const asking = askingOf(step, scanId);
  const waiting = asking.waiting.filter(({ address }) => isClosed(step.ladder, address));
  return waiting.length === asking.waiting.length ? step : put(step, { ...asking, waiting });
}

function ask(step: Step, scanId: string, nowMs: number): Step {
  const asking = askingOf(step, scanId);
  const [next, ...waiting] = asking.waiting;
  if (next === undefined) return step;
  const asked: Asked = { ...next, askedMs: nowMs, state: 'pending' };
  const noted = put(step, { ...asking, waiting, asked: [...asking.asked, asked] });
  const { address } = next;
  return { ...noted, effects: [...noted.effects, { kind: 'ask', scanId, address }] };
}

/** A box that is silent after its time is not asked again until it is found back, whoever answers. */
function loseSilent(step: Step, scanId: string, nowMs: number): Step {
  const asking = askingOf(step, scanId);
  const silent = asking.asked.filter(
    ({ state, tier }) => state === 'pending' && nowMs >= lostAtMs(asking, tier),
  );
  return silent.reduce(
    (now, { address }) =>
      open(put(now, withState(askingOf(now, scanId), address, 'silent')), address, nowMs),
    step,
  );
}

/** Nobody answered in time: nobody is asked until a probe was, so that an outage costs one slow scan. */
function openAll(step: Step, nowMs: number): Step {
  return step.ladder.addresses.reduce((now, { address }) => open(now, address, nowMs), step);
}

/** All gone at once is the lane's own line, as a rule: who came back falsely speaks for all of them. */
function inDoubtOfAll(ladder: Ladder): Ladder {
  const { addresses } = ladder;
  if (addresses.some(({ breaker }) => !breaker.isOpen)) return ladder;
  const goodNeeded = Math.max(...addresses.map(({ breaker }) => breaker.goodNeeded));
  return {
    ...ladder,
    addresses: addresses.map((each) => ({ ...each, breaker: { ...each.breaker, goodNeeded } })),
  };
}

function open(step: Step, address: string, nowMs: number): Step {
  if (!isClosed(step.ladder, address)) return step;
  const addresses = step.ladder.addresses.map((each): AddressState => {
    return each.address === address ? { ...each, breaker: openBreaker(each.breaker, nowMs) } : each;
  });
  return {
    cause: 'no answer in time',
    ladder: { ...step.ladder, addresses },
    effects: [...step.effects, { kind: 'probe', address }],
  };
}

function goAlone(step: Step, asking: Asking, cause: string): Step {
  const settled = put(step, { ...askingOf(step, asking.scanId), settledBy: 'lane', waiting: [] });
  const { scanId } = asking;
  return {
    ...settled,
    ladder: inDoubtOfAll(settled.ladder),
    effects: [...settled.effects, { kind: 'go-alone', scanId, cause }],
  };
}

function isClosed({ addresses }: Ladder, address: string): boolean {
  return addresses.some((each) => each.address === address && each.isOurs && !each.breaker.isOpen);
}

function askingOf({ ladder }: Step, scanId: string): Asking {
  const asking = ladder.askings.find((each) => each.scanId === scanId);
  if (asking === undefined) throw new Error(`no scan ${scanId} is under way`);
  return asking;
}

function put(step: Step, asking: Asking): Step {
  const askings = step.ladder.askings.map((each) =>
    each.scanId === asking.scanId ? asking : each,
  );
  return { ...step, ladder: { ...step.ladder, askings } };
}
