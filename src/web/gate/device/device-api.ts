// What a phone asks besides scanning: who it is, who stands at it, messages, calls, tickets looked up. The
// first address that answers is taken; a refusal is an answer, and comes with words.
import type { z } from 'zod';
import type { LaneStatus } from '#lane/lane-settings.ts';
import type { Transport } from '#lane/ports.ts';
import { replyOf } from '#lane/replies.ts';

const ANSWER_WITHIN_MS = 4_000;

/** A server answered, and refuses; `code` is the problem's. */
export class Refused extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, words: string) {
    super(words);
    this.status = status;
    this.code = code;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

export class DeviceApi {
  readonly #transport: Transport;
  readonly #addresses: () => readonly string[];

  /** @param addresses - those most worth asking first */
  constructor(transport: Transport, addresses: () => readonly string[]) {
    this.#transport = transport;
    this.#addresses = addresses;
  }

  /** @throws Refused, Unreachable */
  async ask<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: unknown,
    answer: z.ZodType<T>,
  ): Promise<T> {
    let last: unknown = null;
    for (const address of this.#addresses()) {
      const json = body === null ? null : JSON.stringify(body);
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      try {
        const request = { method: method as 'GET', path, json, headers: {}, signal };
        const reply = replyOf(await this.#transport.send(address, request));
        if (reply.status >= 200 && reply.status < 300) return answer.parse(reply.body);
        if (reply.code !== null && reply.status < 500) {
          throw new Refused(reply.status, reply.code, reply.words);
        }
        last = new Error(reply.words);
      } catch (error) {
        if (error instanceof Refused) throw error;
        last = error;
      }
    }
    throw new Unreachable('nobody answered', { cause: last });
  }
}

export function thoseThatAnswerFirst({ addresses }: Pick<LaneStatus, 'addresses'>): string[] {
  const rank = (each: (typeof addresses)[number]) => (each.isAnswering ? 0 : 1);
  return [...addresses].sort((a, b) => rank(a) - rank(b)).map(({ address }) => address);
}
