// How a cell says no, in the few ways that somebody can do something about.
import { HttpProblem } from '#server/platform/http/problem.ts';

/** As gRPC numbers them. */
const CODES = { exhausted: 8, outOfRange: 11, unavailable: 14, unauthenticated: 16 } as const;

/** A member answered, with an error of its own. */
export class EtcdError extends Error {
  override name = 'EtcdError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  /** No leader, leader lost, timed out: another member, or the same one soon, may do it. */
  get isPassing(): boolean {
    return (
      this.code === CODES.unavailable || /timed out|no leader|leader changed/.test(this.message)
    );
  }

  /** Asked for a past that has been cleared away. */
  get isCompacted(): boolean {
    return this.code === CODES.outOfRange && /compacted/.test(this.message);
  }

  /** Its token has run out, or those who may enter have changed since it was given. */
  get isStranger(): boolean {
    return (
      this.code === CODES.unauthenticated ||
      /invalid auth token|auth store is old/.test(this.message)
    );
  }

  get isFull(): boolean {
    return this.code === CODES.exhausted && /space exceeded/.test(this.message);
  }
}

export function cellAway(why: string): HttpProblem {
  return new HttpProblem('unavailable', {
    detail: `the cell that decides this event does not answer: ${why}`,
    mend: 'send the same request again; a lane goes on by its next rung',
    retryAfterSeconds: 1,
  });
}

export function cellFull(): HttpProblem {
  return new HttpProblem('storage-full', {
    detail: 'the cell has reached its quota: nothing of this request was stored',
    mend: 'run “kaimen cell clear”, then raise --quota-backend-bytes if it fills up again',
    retryAfterSeconds: 5,
  });
}
