// The cell as a whole: several members, any of which will do. A member that does not answer at once is not
// waited for: the same request goes to the next one beside it, and the first answer counts. That is why every
// write is a comparison and a write in one transaction which says, when it comes a second time, that it was
// done before.
import { setTimeout as pause } from 'node:timers/promises';
import type { CellConfig } from './cell-config.ts';
import { cellAway, cellFull, EtcdError } from './etcd-error.ts';
import { EtcdMember } from './etcd-transport.ts';
import {
  base64,
  type Compare,
  endOf,
  type Kv,
  kvOf,
  type Op,
  type TxnAnswer,
  txnOf,
} from './wire.ts';

/** A member gets this long before the next one is asked as well. */
const NEXT_AFTER_MS = 120;
/** Within which an answer is there, or `unavailable` is said: a lane gives a box 800 ms. */
const WITHIN_MS = 600;
/** The same while the last answer failed to come: who waits behind others waits for them too. */
const WITHIN_AFTER_FAILURE_MS = 400;
/** Passwords are slow to prove, and meant to be. */
const SIGN_IN_WITHIN_MS = 2_000;
const AGAIN_AFTER_MS = 20;
const TRIES_MAX = 40;
const PAGE_KEYS = 500;

type Asked = { readonly withinMs?: number };

export class Etcd implements Disposable {
  readonly config: CellConfig;
  readonly #members: EtcdMember[];
  #first = 0;
  #isFailing = false;
  #token: Promise<string> | null = null;

  constructor(config: CellConfig) {
    this.config = config;
    this.#members = config.endpoints.map((endpoint) => new EtcdMember(endpoint, config.tls));
  }

  get members(): readonly EtcdMember[] {
    return this.#members;
  }

  [Symbol.dispose](): void {
    for (const member of this.#members) member[Symbol.dispose]();
  }

  /** May be carried out although it fails, and more than once although it succeeds. @throws HttpProblem */
  async txn(
    compare: readonly Compare[],
    success: readonly Op[],
    failure: readonly Op[] = [],
    asked: Asked = {},
  ): Promise<TxnAnswer> {
    const answer = await this.call('/v3/kv/txn', { compare, success, failure }, asked);
    return txnOf(answer as Parameters<typeof txnOf>[0]);
  }

  /** @param isLocal - as the member that answers has it, which may lag */
  async getMany(
    keys: readonly string[],
    isLocal = false,
  ): Promise<{ readonly revision: string; readonly kvs: ReadonlyMap<string, Kv> }> {
    const ops = keys.map((key) => ({ request_range: { key: base64(key), serializable: isLocal } }));
    const { revision, parts } = await this.txn([], ops);
    const kvs = parts.flatMap((part) => part.kvs);
    return { revision, kvs: new Map(kvs.map((kv) => [kv.key, kv])) };
  }

  /** All under a prefix as they stood at one revision, page by page in the order of their keys. */
  async *scan(prefix: string, revision: string): AsyncGenerator<readonly Kv[]> {
    const range_end = endOf(prefix);
    let key = base64(prefix);
    for (;;) {
      const body = { key, range_end, limit: PAGE_KEYS, revision };
      const answer = (await this.call('/v3/kv/range', body, { withinMs: 5_000 })) as RawRange;
      const kvs = (answer.kvs ?? []).map(kvOf);
      if (kvs.length > 0) yield kvs;
      if (answer.more !== true) return;
      key = base64(`${kvs.at(-1)?.key}\0`);
    }
  }

  /** Where the cell stands, said by a majority of it. */
  async head(): Promise<string> {
    const body = { key: base64(this.config.prefix), count_only: true };
    const answer = (await this.call('/v3/kv/range', body)) as RawRange;
    return answer.header.revision;
  }

  /**
   * Asks one member after the other, each beside those that have not answered yet.
   *
   * @throws HttpProblem `unavailable` when none has answered in time, `storage-full`; EtcdError
   */
  async call(path: string, body: unknown, asked: Asked = {}): Promise<unknown> {
    const { withinMs = this.#isFailing ? WITHIN_AFTER_FAILURE_MS : WITHIN_MS } = asked;
    const text = JSON.stringify(body);
    const stop = new AbortController();
    const deadline = setTimeout(() => stop.abort(), withinMs);
    let last: unknown = new Error('no answer in time');
    try {
      const underway = new Set<Promise<Tried>>();
      for (let index = 0; index < TRIES_MAX && !stop.signal.aborted; index++) {
        const at = (this.#first + index) % this.#members.length;
        underway.add(this.#try(at, path, text, stop.signal));
        const isRoundDone = (index + 1) % this.#members.length === 0;
        const tried = await firstOf(underway, NEXT_AFTER_MS, stop.signal);
        if (tried === null) continue;
        this.#isFailing &&= !tried.isAnswered;
        if (tried.isAnswered) return tried.answer;
        last = tried.error;
        if (isRoundDone) await pause(AGAIN_AFTER_MS);
      }
    } finally {
      clearTimeout(deadline);
      stop.abort();
    }
    this.#isFailing = true;
    throw cellAway((last as { code?: string }).code?.toString() ?? (last as Error).message);
  }

  async #try(at: number, path: string, text: string, signal: AbortSignal): Promise<Tried> {
    const member = this.#members[at];
    if (member === undefined) throw new Error('there is a member of that number');
    try {
      const answer = await member.ask(path, text, await this.token(), signal);
      this.#first = at;
      return { isAnswered: true, answer, at };
    } catch (error) {
      if (error instanceof EtcdError) {
        if (error.isFull) throw cellFull();
        if (error.isStranger) this.#token = null;
        else if (!error.isPassing) throw error;
      }
      if (this.#first === at && !signal.aborted) this.#first = (at + 1) % this.#members.length;
      return { isAnswered: false, error, at };
    }
  }

  /** Null where nobody has to prove who they are. */
  async token(): Promise<string | null> {
    const { login } = this.config;
    if (login === null) return null;
    this.#token ??= this.#signIn(login).catch((error) => {
      this.#token = null;
      throw error;
    });
    return await this.#token;
  }

  async #signIn({ user, password }: NonNullable<CellConfig['login']>): Promise<string> {
    const text = JSON.stringify({ name: user, password });
    let last: unknown = null;
    for (const member of this.#members) {
      try {
        const signal = AbortSignal.timeout(SIGN_IN_WITHIN_MS);
        const answer = await member.ask('/v3/auth/authenticate', text, null, signal);
        return (answer as { token: string }).token;
      } catch (error) {
        if (error instanceof EtcdError && !error.isPassing) throw error;
        last = error;
      }
    }
    throw last;
  }
}

type RawRange = {
  header: { revision: string };
  kvs?: Parameters<typeof kvOf>[0][];
  more?: boolean;
};

type Tried =
  | { readonly isAnswered: true; readonly answer: unknown; readonly at: number }
  | { readonly isAnswered: false; readonly error: unknown; readonly at: number };

/** Whatever comes first of those under way, and takes it from among them; null when the time is up. */
async function firstOf(
  asked: Set<Promise<Tried>>,
  withinMs: number,
  signal: AbortSignal,
): Promise<Tried | null> {
  const timer = new AbortController();
  const settled = Promise.race(
    [...asked].map(async (each) => {
      const tried = await each;
      asked.delete(each);
      return tried;
    }),
  );
  const late = pause(withinMs, null, { signal: AbortSignal.any([timer.signal, signal]) }).catch(
    () => null,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    timer.abort();
    settled.catch(() => {});
  }
}
