// Passwords, as argon2id hashes. Each takes 19 MiB and some 30 ms of a core: a few at once, and whoever
// asks for more is told to come back, so that nobody can starve the gates by guessing.
import { hash, verify } from '@node-rs/argon2';
import { HttpProblem } from '#server/platform/http/problem.ts';

const AT_ONCE_MAX = 2;
const WAITING_MAX = 20;
/** RFC 9106 in the form that OWASP names for servers: m = 19 MiB, t = 2, p = 1. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Of no password: what is compared when there is no such account, so that both take as long. */
let nobodys: Promise<string> | null = null;

let running = 0;
const waiting: (() => void)[] = [];

export async function hashPassword(password: string): Promise<string> {
  return inLine(() => hash(password.normalize('NFKC'), COST));
}

/** @param stored - null: there is no such account; takes as long and is never right */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  return inLine(async () => {
    nobodys ??= hash(crypto.randomUUID(), COST);
    const isRight = await verify(stored ?? (await nobodys), password.normalize('NFKC'));
    return isRight && stored !== null;
  });
}

/** Why a password will not do, besides its length; null when it will. */
export function weaknessOf(password: string, login: string): string | null {
  const folded = password.toLowerCase();
  if (login.length >= 4 && folded.includes(login))
    return 'must not contain the name you sign in by';
  if (new Set(folded).size < 6) return 'repeats too few characters; a few words in a row are good';
  return null;
}

/** @throws HttpProblem `too-many-requests` when too many wait already */
async function inLine<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) {
    if (waiting.length >= WAITING_MAX) {
      throw new HttpProblem('too-many-requests', {
        detail: 'too many people are signing in at this moment',
        mend: 'try again in a few seconds',
        retryAfterSeconds: 5,
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
