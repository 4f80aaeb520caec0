// Whoever is above: several addresses that answer for one another, JSON, plain refusals.
import type { Identity } from './identity.ts';
import type { Timers, Transport } from './ports.ts';
import { Refusal, type Reply, Revoked, replyOf, requireOk } from './replies.ts';
import { within } from './waiting.ts';

export type Call = {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** JSON text, so that a repeat is the same to the byte. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Hub = {
  /** Addresses, those most worth asking first. */
  bases(): readonly string[];
  /** @throws whatever the transport throws when the network fails or the signal fires */
  send(base: string, call: Call, signal: AbortSignal): Promise<Reply>;
  /**
   * The first address whose answer `take` accepts; 2xx and JSON is all that it is given.
   *
   * @throws Revoked when that is to be believed; else what the last address refused or failed with
   */
  first<T>(
    call: Call,
    timeoutMs: number,
    stop: AbortSignal,
    take: (body: unknown, base: string) => T | Promise<T>,
  ): Promise<T>;
  /** Whether a 401 from there means that this device is revoked: only our own may say so. */
  isRevokedBy(base: string, stop: AbortSignal): Promise<boolean>;
  /**
   * Opens a stream at the first address that has one.
   *
   * @param lastId - of the last event that was heard, at any address; empty: from now on
   * @throws like {@link first}
   */
  stream(path: string, lastId: string, stop: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
};

const IDENTIFY_MS = 1_000;
const OPEN_MS = 5_000;

export function createHub(
  transport: Transport,
  timers: Timers,
  identity: Identity,
  bases: () => readonly string[],
): Hub {
  async function send(base: string, call: Call, signal: AbortSignal): Promise<Reply> {
    const { method = 'GET', path, json = null, headers = {} } = call;
    return replyOf(await transport.send(base, { method, path, json, headers, signal }));
  }

  async function inTurn<T>(stop: AbortSignal, ask: (base: string) => Promise<T>): Promise<T> {
    let last: unknown = new Error('there is no address to ask');
    for (const base of [...bases()]) {
      try {
        return await ask(base);
      } catch (error) {
        if (stop.aborted) throw error;
        if (error instanceof Revoked) {
          if (await isRevokedBy(base, stop)) throw error;
          last = new Error(`${base} does not know this device`);
        } else if (!(last instanceof Refusal)) last = error;
      }
    }
    throw last;
  }

  async function isRevokedBy(base: string, stop: AbortSignal): Promise<boolean> {
    try {
      return await within(timers, IDENTIFY_MS, stop, (signal) =>
        identity.believesRefusal(base, signal),
      );
    } catch {
      return false;
    }
  }

  return {
    bases,
    send,
    isRevokedBy,
    first: (call, timeoutMs, stop, take) =>
      inTurn(stop, async (base) => {
        const reply = await within(timers, timeoutMs, stop, (signal) => send(base, call, signal));
        return await take(requireOk(reply).body, base);
      }),
    stream: (path, lastId, stop) =>
      inTurn(stop, async (base) => {
        // Only the opening is limited; what follows lasts as long as it speaks.
        const over = new AbortController();
        const cancel = timers.after(OPEN_MS, () => over.abort(new Error('no stream in time')));
        try {
          const signal = AbortSignal.any([stop, over.signal]);
          const headers = {
            accept: 'text/event-stream',
            ...(lastId === '' ? {} : { 'last-event-id': lastId }),
          };
          const request = { method: 'GET', path, json: null, headers, signal } as const;
          const stream = await transport.stream(base, request);
          if ('bytes' in stream) return stream.bytes;
          requireOk(replyOf(stream));
          throw new Error('what answered is no event stream');
        } finally {
          cancel();
        }
      }),
  };
}
