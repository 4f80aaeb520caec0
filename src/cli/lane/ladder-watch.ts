// Holds the rung on which the lane stands, probes while it is alone, and tells of every change once.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rung } from '#domain/entry/verdict.ts';
import { FIRST_RUNG, type Ladder, type LadderEvent, stepLadder } from '#domain/sync/rungs.ts';
import { Revoked } from './hub.ts';
import type { LaneClock } from './lane-clock.ts';

const PROBE_EVERY_MS = 1_000;

export type LadderWatch = {
  isAlone(): boolean;
  /** @param cause - kept with the change of rung that this event may be */
  step(event: LadderEvent, cause: string): void;
  /** Asks at once whether anybody is there: something else has just failed. */
  suspect(cause: string): void;
  readonly ended: () => Promise<void>;
};

export type LadderDeps = {
  readonly clock: LaneClock;
  readonly stop: AbortSignal;
  /** Whether somebody is there who can decide. @throws Revoked */
  readonly probe: () => Promise<boolean>;
  readonly onChange: (from: Rung, to: Rung, cause: string) => void;
  readonly onRevoked: (words: string) => void;
};

export function createLadderWatch(deps: LadderDeps): LadderWatch {
  let ladder: Ladder = FIRST_RUNG;
  let probing: Promise<void> | null = null;

  function step(event: LadderEvent, cause: string): void {
    const before = ladder;
    ladder = stepLadder(ladder, event, deps.clock.now());
    if (before.rung === ladder.rung) return;
    deps.onChange(rungOf(before), rungOf(ladder), cause);
    if (ladder.rung === 'alone') probeOn();
  }

  function probeOn(): void {
    probing ??= probe(() => ladder.rung === 'alone').finally(() => {
      probing = null;
    });
  }

  async function probe(isWanted: () => boolean): Promise<void> {
    while (!deps.stop.aborted && isWanted()) {
      // Lanes that lost the same server must not all come back in the same moment.
      const waitMs = PROBE_EVERY_MS * (0.8 + Math.random() * 0.4);
      await sleep(waitMs, null, { signal: deps.stop }).catch(() => {});
      if (deps.stop.aborted) return;
      await probeOnce('a probe was not answered');
    }
  }

  async function probeOnce(cause: string): Promise<void> {
    try {
      const kind = (await deps.probe()) ? 'probe-answered' : 'probe-unanswered';
      if (!deps.stop.aborted)
        step({ kind }, kind === 'probe-answered' ? 'a probe was answered' : cause);
    } catch (error) {
      if (error instanceof Revoked) deps.onRevoked(error.message);
      else throw error;
    }
  }

  return {
    isAlone: () => ladder.rung === 'alone',
    step,
    suspect(cause) {
      if (ladder.rung === 'alone' || probing !== null) return;
      probing = (async () => {
        await probeOnce(cause);
        if (ladder.probes > 0) await probeOnce(cause);
      })().finally(() => {
        probing = null;
        if (ladder.rung === 'alone') probeOn();
      });
    },
    ended: async () => {
      await probing;
    },
  };
}

function rungOf(ladder: Ladder): Rung {
  return ladder.rung === 'exact' ? ladder.above : 'provisional';
}
