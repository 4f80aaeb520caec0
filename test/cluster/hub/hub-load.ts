// What people and lanes do while the hub is broken under them, each writing down for itself what it was
// answered: that is what is held against the database afterwards.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LaneUnderTest, type Shown } from '../../../src/cli/lane/lane-under-test.ts';
import { entryScan, type SmallMatch } from '../../../src/drill/small-match.ts';
import type { Hub } from './hub-under-test.ts';

const REPEAT_FOR_MS = 60_000;
const REPEAT_AFTER_MS = 150;

/** Writes one thing after the other, each under a key of its own, again until it is answered. */
export class Writer {
  /** Answered with 200; each is to be there exactly once. */
  readonly acknowledged: string[] = [];
  readonly attempted: string[] = [];
  /** When an answer came, by `performance.now()`. */
  readonly answeredAt: number[] = [];
  repeats = 0;
  /** What it was told when it had to repeat, and how often. */
  readonly whys = new Map<string, number>();
  readonly #hub: Hub;
  readonly #name: string;
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(hub: Hub, name: string) {
    this.#hub = hub;
    this.#name = name;
    this.#running = this.#run();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let n = 1; !this.#isOver; n++) {
      const person = `p-${this.#name}-${n}`;
      this.attempted.push(person);
      const headers = { 'idempotency-key': `"${randomUUID()}"` };
      const answer = await this.#untilAnswered({ role: 'viewer', person }, headers);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      this.acknowledged.push(person);
      this.answeredAt.push(performance.now());
      await pause(200);
    }
  }

  async #untilAnswered(body: unknown, headers: Readonly<Record<string, string>>) {
    const until = performance.now() + REPEAT_FOR_MS;
    for (;;) {
      const answer = await this.#hub.send({ path: '/api/v1/tokens', body, headers });
      const isPassing = answer.status === 0 || answer.status >= 500 || answer.status === 409;
      if (!isPassing || performance.now() > until) return answer;
      this.repeats += 1;
      const { code = '' } = (answer.body ?? {}) as { code?: string };
      const why = `${answer.status} ${code}`.trim();
      this.whys.set(why, (this.whys.get(why) ?? 0) + 1);
      await pause(REPEAT_AFTER_MS);
    }
  }
}

/** A program that scans by HTTP and repeats each scan under its id until it is answered. */
export class Scanner {
  readonly answers = new Map<string, { readonly verdict: string; readonly code: string }>();
  readonly #hub: Hub;
  readonly #match: SmallMatch;
  readonly #lane: number;
  readonly #codes: readonly string[];
  readonly #running: Promise<void>;
  #isOver = false;

  /** @param codes - scanned one after the other, each twice: the second is refused */
  constructor(hub: Hub, match: SmallMatch, lane: number, codes: readonly string[]) {
    this.#hub = hub;
    this.#match = match;
    this.#lane = lane;
    this.#codes = codes;
    this.#running = this.#run();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (const code of this.#codes) {
      for (const turn of ['first', 'second']) {
        if (this.#isOver) return;
        const verdict = await this.#scan(`${code}-${turn}`, code);
        assert.equal(verdict, turn === 'first' ? 'admitted' : 'refused', `${code} ${turn}`);
      }
      await pause(40);
    }
  }

  async #scan(scanId: string, code: string): Promise<string> {
    const lane = this.#match.lanes[this.#lane];
    const body = entryScan(scanId, code);
    const until = performance.now() + REPEAT_FOR_MS;
    for (;;) {
      const { token = '' } = lane ?? {};
      const answer = await this.#hub.send({ path: '/api/v1/scans', token, body });
      if (answer.status === 200) {
        const { verdict } = answer.body as { verdict: string };
        this.answers.set(scanId, { verdict, code });
        return verdict;
      }
      assert.ok(answer.status === 0 || answer.status >= 500, JSON.stringify(answer.body));
      assert.ok(performance.now() < until, 'a scan was not answered for a minute');
      await pause(REPEAT_AFTER_MS);
    }
  }
}

/** A whole lane with its journal, which rides on its ladder: it shows a verdict whatever happens. */
export class Turnstile {
  readonly shown: (Shown & { readonly code: string; readonly at: number })[] = [];
  readonly #lane: LaneUnderTest;
  readonly #codes: string[];
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(urls: readonly string[], token: string, journal: string, codes: readonly string[]) {
    this.#lane = new LaneUnderTest(urls, journal, { token });
    this.#codes = [...codes];
    this.#running = this.#run();
  }

  /** Nobody comes any more; the lane goes on sending what it has. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async end(): Promise<void> {
    await this.close();
    await this.#lane.stop();
  }

  /** Slower than a lane is on a good line: what its holder had to wait through. */
  slowSince(at: number, thanMs: number): number {
    return this.shown.filter((each) => each.at > at && each.ms > thanMs).length;
  }

  async #run(): Promise<void> {
    for (const code of this.#codes) {
      if (this.#isOver) return;
      const startedAt = performance.now();
      const shown = await this.#lane.scan(code);
      this.shown.push({ ...shown, ms: performance.now() - startedAt, code, at: startedAt });
      await pause(120);
    }
  }
}

/** The longest time between two answers to any of them, from a moment on. */
export function longestGap(writers: readonly Writer[], from: number): number {
  const times = writers.flatMap(({ answeredAt }) => answeredAt).filter((at) => at >= from);
  const ordered = [from, ...times.sort((a, b) => a - b)];
  return Math.max(...ordered.slice(1).map((at, index) => at - (ordered[index] ?? at)));
}

/** Everything answered is there once; what was not answered is there at most once. */
export async function holdWritesAgainst(hub: Hub, writers: readonly Writer[]): Promise<number> {
  const { tokens } = await hub.ask<{ tokens: { person: string }[] }>({
    method: 'GET',
    path: '/api/v1/tokens',
  });
  const times = new Map<string, number>();
  for (const { person } of tokens) times.set(person, (times.get(person) ?? 0) + 1);
  const all = writers.flatMap(({ acknowledged }) => acknowledged);
  assert.deepEqual(
    all.filter((person) => times.get(person) !== 1),
    [],
    'answered, and not there once',
  );
  const twice = writers
    .flatMap(({ attempted }) => attempted)
    .filter((person) => (times.get(person) ?? 0) > 1);
  assert.deepEqual(twice, [], 'written twice');
  return all.length;
}

type Stored = { readonly scanId: string; readonly verdict: string; readonly rung: string };

export async function storedScans(hub: Hub, event: string): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>();
  let after = '';
  for (;;) {
    const path = `/api/v1/events/${event}/scans?limit=500${after === '' ? '' : `&after=${after}`}`;
    const page = await hub.ask<{ scans: Stored[]; next: string | null }>({ method: 'GET', path });
    for (const scan of page.scans) stored.set(scan.scanId, scan);
    if (page.next === null) return stored;
    after = page.next;
  }
}
