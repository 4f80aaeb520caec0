// A whole lane in the process of its test: codes go in one by one, each answer comes out as it is shown.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LaneAnswer } from '#lane/lane-answer.ts';
import { type LaneSettings, runLane } from './lane.ts';

export type Shown = LaneAnswer & { readonly ms: number };

/** A directory for journals that goes with the test. */
export function scratch(): Disposable & { readonly file: string } {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-lane-'));
  return {
    file: path.join(dir, 'lane.sqlite'),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export class LaneUnderTest implements AsyncDisposable {
  readonly told: string[] = [];
  readonly shown: Shown[] = [];
  readonly ended: Promise<number>;
  readonly #stop = new AbortController();
  readonly #codes: string[] = [];
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  constructor(urls: readonly string[], journalFile: string, changes: Partial<LaneSettings> = {}) {
    const settings: LaneSettings = {
      urls,
      token: 'kd_lane',
      journalFile,
      language: 'en',
      isJson: true,
      isColoured: false,
      direction: 'in',
      lane: null,
      operator: null,
      deadlineMs: 1_200,
      drainMs: 3_000,
      turnstile: null,
      isTurnHeard: false,
      ...changes,
    };
    this.ended = runLane(settings, {
      stop: this.#stop.signal,
      codes: (reading) => this.#read(reading),
      show: async (text) => {
        this.shown.push(JSON.parse(text));
        this.#change();
      },
      tell: (words) => {
        this.told.push(words);
        this.#change();
      },
    }).finally(() => this.#change());
    this.ended.catch(() => {});
  }

  /** @returns what the lane shows next */
  async scan(code: string): Promise<Shown> {
    const index = this.shown.length;
    this.say(code);
    await this.until(() => this.shown.length > index);
    return this.shown[index] as Shown;
  }

  /** A line that no verdict follows. */
  say(line: string): void {
    this.#codes.push(line);
    this.#change();
  }

  /** Waits for something that the lane shows, tells or has done. */
  async until(isSo: () => boolean, timeoutMs = 8_000): Promise<void> {
    const overAt = performance.now() + timeoutMs;
    while (!isSo()) {
      const { told } = this;
      if (performance.now() > overAt)
        throw new Error(`it did not happen; told: ${told.join(' | ')}`);
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise((resolve) => {
        timer = setTimeout(resolve, 20);
      });
      await Promise.race([this.#changed.promise, pause]);
      clearTimeout(timer);
    }
  }

  /** No more codes. @returns the exit code */
  end(): Promise<number> {
    this.#isOver = true;
    this.#change();
    return this.ended;
  }

  stop(): Promise<number> {
    this.#stop.abort();
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async *#read(reading: AbortSignal): AsyncGenerator<string> {
    while (!reading.aborted) {
      const code = this.#codes.shift();
      if (code !== undefined) yield code;
      else if (this.#isOver) return;
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        reading.addEventListener('abort', () => resolve(), { once: true });
        await Promise.race([this.#changed.promise, promise]);
      }
    }
  }
}
