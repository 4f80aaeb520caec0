// Tells control how this lane is, so that it is not missing among those that are ready for doors.
import type { Rung } from '#domain/entry/verdict.ts';
import type { Lane } from '#lane/lane.ts';
import type { Transport } from '#lane/ports.ts';
import { REPORT_EVERY_MS, statusReportOf } from '#lane/status-report.ts';
import { pause, within } from '#lane/waiting.ts';
import type { NoticeKind } from '#lane/words.ts';
import { machine } from './machine.ts';

const PATH = '/api/v1/devices/self/status';
const TIMEOUT_MS = 4_000;
const APP = 'kaimen lane';
/** A journal that could not be written is told for as long as this. */
const UNWRITTEN_TOLD_MS = 60_000;

const { timers, clock } = machine;

/** What control is told, from the lane's start to its end. */
export class Told {
  #lane: Lane | null = null;
  #rung: Rung | null = null;
  #unwrittenMs = Number.NEGATIVE_INFINITY;
  #wake = new AbortController();
  ended: Promise<void> = Promise.resolve();

  start(lane: Lane, transport: Transport, stop: AbortSignal): void {
    this.#lane = lane;
    this.#rung = lane.status().rung;
    this.ended = this.#run(lane, transport, stop);
  }

  onNotice(kind: NoticeKind): void {
    if (kind === 'unwritten') this.#unwrittenMs = clock.monotonicMs();
  }

  /** Who decides may be another: control hears it at once. */
  onChange(): void {
    const rung = this.#lane?.status().rung ?? null;
    if (rung === this.#rung) return;
    this.#rung = rung;
    this.#wake.abort();
  }

  async #run(lane: Lane, transport: Transport, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.#wake = new AbortController();
      const signal = AbortSignal.any([stop, this.#wake.signal]);
      await this.#report(lane, transport, stop);
      await pause(timers, REPORT_EVERY_MS, signal);
    }
  }

  async #report(lane: Lane, transport: Transport, stop: AbortSignal): Promise<void> {
    const status = lane.status();
    const isUnwritten = clock.monotonicMs() - this.#unwrittenMs < UNWRITTEN_TOLD_MS;
    const battery = { level: null, isCharging: null };
    const storage = isUnwritten ? ('failed' as const) : ('ok' as const);
    const health = { battery, storage, camera: 'none' as const, app: APP };
    const json = JSON.stringify(statusReportOf(status, health, clock.wallMs()));
    for (const { address, isAnswering } of status.addresses) {
      if (!isAnswering) continue;
      const isHeard = await within(timers, TIMEOUT_MS, stop, async (signal) => {
        const request = { method: 'POST', path: PATH, json, headers: {}, signal } as const;
        return (await transport.send(address, request)).status < 300;
      }).catch(() => false);
      if (isHeard) return;
    }
  }
}
