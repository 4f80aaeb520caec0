// What came back, judged: an answer of ours, a refusal of ours, or no answer at all. A captive portal's
// page, half of a JSON text, a proxy's error are the last, whatever status they come with.
import { problem } from '#protocol/problem.ts';
import type { LaneReply } from './ports.ts';

export type Reply = {
  readonly status: number;
  /** Parsed JSON; null when it is none. */
  readonly body: unknown;
  /** Of a problem: its stable code and its words. */
  readonly code: string | null;
  readonly words: string;
};

/** The server does not know this device (any more). Other 401s are about this one request. */
const REVOKES = new Set(['unauthenticated', 'device-revoked']);

/** The device may decide no more. */
export class Revoked extends Error {}

/** A server of ours answered, and refuses. */
export class Refusal extends Error {
  readonly status: number;
  constructor(reply: Reply) {
    super(reply.words);
    this.status = reply.status;
  }
}

/** Somebody answered who is none of ours, or could not say it whole. */
export class NoAnswer extends Error {}

export function replyOf({ status, text }: LaneReply): Reply {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page: the status is all that it says.
  }
  // Looking for a problem in an answer that is none costs more than the answer.
  const parsed = status < 400 ? null : problem.safeParse(body);
  if (parsed?.success !== true) {
    return { status, body, code: null, words: `the server answered ${status}` };
  }
  const { code, title, detail, mend } = parsed.data;
  return {
    status,
    body,
    code,
    words: `${detail ?? title}${mend === undefined ? '' : ` (${mend})`}`,
  };
}

/** @throws Revoked, Refusal, NoAnswer */
export function requireOk(reply: Reply): Reply {
  if (reply.status >= 200 && reply.status <= 299) {
    if (reply.body === null) throw new NoAnswer('what came back is not JSON');
    return reply;
  }
  if (reply.code === null) throw new NoAnswer(reply.words);
  if (isRevoking(reply)) throw new Revoked(reply.words);
  throw new Refusal(reply);
}

export function isRevoking({ code }: Reply): boolean {
  return code !== null && REVOKES.has(code);
}

/** `fetch` wraps what happened; the innermost code is the plain one. */
export function causeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) cause = cause.errors[0];
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'ZodError') return 'what came back is not what was asked for';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
