// One scan asked upward, until a deadline: the same scanId at every address and in every repeat, so
// that however many of them arrive it is one scan.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ScanAnswer, type ScanRequest, scanAnswer } from '#protocol/scans.ts';
import type { Hub, Reply } from './hub.ts';
import type { Seen } from './journal.ts';

export type Asked =
  | { readonly kind: 'answered'; readonly answer: ScanAnswer }
  /** Nobody who can decide has answered in time. */
  | { readonly kind: 'unanswered'; readonly cause: string }
  | { readonly kind: 'revoked' }
  /** The server answered, and will not decide this request however often it is sent. */
  | { readonly kind: 'refused'; readonly status: number; readonly words: string };

/** A second address is asked when the first has not answered by then. */
const NEXT_ADDRESS_AFTER_MS = 150;

export async function askAbove(
  hub: Hub,
  scan: ScanRequest,
  seen: Seen | null,
  waitMs: number,
): Promise<Asked> {
  if (waitMs <= 0) return { kind: 'unanswered', cause: 'no time left' };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new Error(`no answer in ${waitMs} ms`)), waitMs);
  const call = {
    method: 'POST' as const,
    path: '/api/v1/scans',
    json: JSON.stringify(scan),
    headers: headersOf(seen),
    signal: over.signal,
  };
  const attempts: Promise<Asked>[] = [];
  const failed: Promise<unknown>[] = [];
  for (const [index, base] of hub.bases().entries()) {
    const attempt = inTurn(index, [...failed], over.signal, () =>
      askOne(hub, base, call, over.signal),
    );
    attempts.push(attempt);
    failed.push(failureOf(attempt));
  }
  try {
    return await Promise.any(attempts);
  } catch (error) {
    const causes = error instanceof AggregateError ? error.errors : [error];
    return { kind: 'unanswered', cause: over.signal.aborted ? NO_ANSWER : causeOf(causes[0]) };
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

const NO_ANSWER = 'no answer in time';

/** Starts `work` after its share of time, or as soon as an address before it has failed. */
async function inTurn(
  index: number,
  failed: readonly Promise<unknown>[],
  signal: AbortSignal,
  work: () => Promise<Asked>,
): Promise<Asked> {
  if (index > 0) {
    await Promise.race([sleep(index * NEXT_ADDRESS_AFTER_MS, null, { signal }), ...failed]);
  }
  return await work();
}

/** Resolves when the attempt fails, and never if it does not. */
function failureOf(attempt: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  attempt.catch(() => resolve());
  return promise;
}

/** @throws when this address cannot decide */
async function askOne(
  hub: Hub,
  base: string,
  call: Parameters<Hub['send']>[1],
  signal: AbortSignal,
): Promise<Asked> {
  let reply: Reply;
  try {
    reply = await hub.send(base, call);
  } catch (error) {
    if (signal.aborted) throw error;
    // A server may close a connection that has been idle in the moment in which it is used again.
    reply = await hub.send(base, call);
  }
  if (reply.status === 200) {
    const parsed = scanAnswer.safeParse(reply.body);
    if (parsed.success) return { kind: 'answered', answer: parsed.data };
    throw new Error('the server answered in a form that this version does not know');
  }
  if (reply.status === 401) return { kind: 'revoked' };
  if (reply.status >= 500 || reply.status === 429 || reply.status === 408) {
    throw new Error(reply.code ?? reply.words);
  }
  return { kind: 'refused', status: reply.status, words: reply.words };
}

function headersOf(seen: Seen | null): Record<string, string> {
  return seen === null ? {} : { 'kaimen-seen': `${seen.epoch}:${seen.revision}:${seen.mark}` };
}

/** `fetch` wraps what happened; the innermost code is the plain one. */
export function causeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) cause = cause.errors[0];
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
