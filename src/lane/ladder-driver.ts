// Drives the ladder of `domain/sync`: sends what it says is to be asked, wakes it when it wants to be,
// probes what it has given up, and hands on what it decides.
import type { Rung } from '#domain/entry/verdict.ts';
import {
  createLadder,
  type Ladder,
  type LadderEffect,
  type LadderEvent,
  mayAsk,
  stepLadder,
} from '#domain/sync/ladder.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { type Asked, askOne } from './ask.ts';
import type { Hub } from './hub.ts';
import type { Chance, MachineClock, Timers } from './ports.ts';
import { causeOf } from './replies.ts';
import { pause } from './waiting.ts';

const PROBE_EVERY_MS = 1_000;
/** After a good probe the next comes sooner: somebody seems to be back. */
const CONFIRM_AFTER_MS = 500;

export type ScanCall = {
  readonly scanId: string;
  /** When its code was decoded, on the monotonic clock. */
  readonly readMs: number;
  readonly deadlineMs: number;
  readonly isStrict: boolean;
  readonly json: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type LadderDeps = {
  readonly addresses: Parameters<typeof createLadder>[0];
  readonly isStewarded: boolean;
  readonly hasList: boolean;
  readonly hub: Hub;
  readonly clock: Pick<MachineClock, 'monotonicMs'>;
  readonly timers: Timers;
  readonly chance: Chance;
  readonly stop: AbortSignal;
  /** Whether somebody is there who can decide; throws why not. */
  readonly probe: (address: string) => Promise<void>;
  /** Whether a 401 from there is to be believed. */
  readonly isRevokedBy: (address: string) => Promise<boolean>;
  readonly onMoved: (from: Rung, to: Rung, cause: string, isQuiet: boolean) => void;
  readonly onLate: (answer: ScanAnswer) => void;
};

type UnderWay = {
  readonly call: ScanCall;
  readonly over: AbortController;
  readonly answers: Map<string, Asked>;
  readonly resolve: (asked: Asked) => void;
};

export class LadderDriver {
  readonly #deps: LadderDeps;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #probing = new Map<string, Promise<void>>();
  #ladder: Ladder;
  #cancelWake = () => {};

  constructor(deps: LadderDeps) {
    this.#deps = deps;
    this.#ladder = createLadder(deps.addresses, deps.isStewarded, deps.hasList);
  }

  ladder(): Ladder {
    return this.#ladder;
  }

  /** Whether a scan would be asked upward now. */
  mayAsk(): boolean {
    return mayAsk(this.#ladder);
  }

  /** Resolves with the first answer, or when the lane is to go on alone. */
  ask(call: ScanCall): Promise<Asked> {
    const { promise, resolve } = Promise.withResolvers<Asked>();
    const over = new AbortController();
    this.#underWay.set(call.scanId, { call, over, answers: new Map(), resolve });
    const { scanId, readMs, deadlineMs, isStrict } = call;
    this.step({ kind: 'read', scanId, readMs, deadlineMs, isStrict });
    if (this.#deps.stop.aborted) resolve(ENDING);
    return promise;
  }

  step(event: LadderEvent): void {
    const { clock, timers, stop } = this.#deps;
    if (stop.aborted) return;
    const nowMs = clock.monotonicMs();
    const { ladder, effects, wakeMs } = stepLadder(this.#ladder, event, nowMs);
    this.#ladder = ladder;
    this.#cancelWake();
    this.#cancelWake =
      wakeMs === null
        ? () => {}
        : timers.after(Math.max(0, Math.ceil(wakeMs - nowMs)), () => this.step({ kind: 'tick' }));
    for (const effect of effects) this.#carryOut(effect);
  }

  /** Looks at once whether anybody is there: something else has just failed. */
  suspect(cause: string): void {
    for (const { address, breaker } of this.#ladder.addresses) {
      if (breaker.isOpen) continue;
      this.#probe(address, async () => {
        if (!(await this.#probeOnce(address, cause))) await this.#probeOnce(address, cause);
      });
    }
  }

  /** Ends what is under way. */
  async ended(): Promise<void> {
    this.#cancelWake();
    for (const { over, resolve } of this.#underWay.values()) {
      over.abort();
      resolve(ENDING);
    }
    await Promise.all(this.#probing.values());
  }

  #carryOut(effect: LadderEffect): void {
    switch (effect.kind) {
      case 'ask':
        void this.#send(effect.scanId, effect.address);
        return;
      case 'take-answer': {
        const scan = this.#underWay.get(effect.scanId);
        const asked = scan?.answers.get(effect.address);
        if (scan !== undefined && asked !== undefined) scan.resolve(asked);
        return;
      }
      case 'go-alone': {
        const { scanId, cause } = effect;
        this.#underWay.get(scanId)?.resolve({ kind: 'unanswered', cause });
        return;
      }
      case 'late': {
        const asked = this.#underWay.get(effect.scanId)?.answers.get(effect.address);
        if (asked?.kind === 'answered') this.#deps.onLate(asked.answer);
        return;
      }
      case 'forget':
        this.#underWay.get(effect.scanId)?.over.abort();
        this.#underWay.delete(effect.scanId);
        return;
      case 'probe':
        this.#probe(effect.address, () => this.#keepProbing(effect.address));
        return;
      case 'moved':
        this.#deps.onMoved(effect.from, effect.to, effect.cause, effect.isQuiet);
        return;
    }
  }

  async #send(scanId: string, address: string): Promise<void> {
    const scan = this.#underWay.get(scanId);
    if (scan === undefined) return;
    const { hub, isRevokedBy } = this.#deps;
    try {
      const asked = await askOne(hub, address, scan.call, scan.over.signal);
      if (asked.kind === 'revoked' && !(await isRevokedBy(address))) {
        throw new Error('another server stands at this address');
      }
      scan.answers.set(address, asked);
      this.step({ kind: 'answered', scanId, address });
    } catch (error) {
      if (scan.over.signal.aborted) return;
      this.step({ kind: 'failed', scanId, address, cause: causeOf(error) });
    }
  }

  #probe(address: string, work: () => Promise<void>): void {
    if (this.#probing.has(address) || this.#deps.stop.aborted) return;
    const probing = work().finally(() => {
      this.#probing.delete(address);
      if (this.#isOpen(address)) this.#probe(address, () => this.#keepProbing(address));
    });
    this.#probing.set(address, probing);
  }

  async #keepProbing(address: string): Promise<void> {
    const { timers, chance, stop } = this.#deps;
    let waitMs = PROBE_EVERY_MS;
    while (!stop.aborted && this.#isOpen(address)) {
      // Lanes that lost the same server must not all come back in the same moment.
      await pause(timers, waitMs * (0.8 + chance.fraction() * 0.4), stop);
      if (stop.aborted) return;
      const isAnswered = await this.#probeOnce(address, 'a probe was not answered');
      waitMs = isAnswered ? CONFIRM_AFTER_MS : PROBE_EVERY_MS;
    }
  }

  async #probeOnce(address: string, lost: string): Promise<boolean> {
    let cause = 'it answers again';
    let isAnswered = true;
    try {
      await this.#deps.probe(address);
    } catch (error) {
      isAnswered = false;
      cause = `${lost} (${causeOf(error)})`;
    }
    this.step({ kind: 'probed', address, isAnswered, cause });
    return isAnswered;
  }

  #isOpen(address: string): boolean {
    const found = this.#ladder.addresses.find((each) => each.address === address);
    return found?.breaker.isOpen === true;
  }
}

const ENDING: Asked = { kind: 'unanswered', cause: 'the lane is ending' };
