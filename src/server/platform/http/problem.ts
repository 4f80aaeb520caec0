// The one place where codes become HTTP statuses and words (RFC 9457).
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { Problem } from '#protocol/problem.ts';

const PROBLEMS = {
  'malformed-request': [400, 'The request is not of the expected form'],
  unauthenticated: [401, 'No valid token'],
  'proof-time': [401, 'This proof is not of our time'],
  'proof-refused': [401, 'This proof is not good for this request'],
  'device-revoked': [401, 'The enrolment of this device has ended'],
  forbidden: [403, 'This token may not do that'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'This address does not take that method'],
  'scan-id-reused': [409, 'This scanId was used for another scan'],
  conflict: [409, 'The state of things does not allow it'],
  'offer-void': [410, 'This offer can be used no more'],
  'cursor-expired': [410, 'This cursor belongs to a list that is no more'],
  'request-too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'This content type is not taken here'],
  'idempotency-key-in-use': [409, 'The first request of this key is still under way'],
  'idempotency-key-reused': [422, 'This key belongs to another request'],
  'refused-file': [422, 'The file was refused; nothing of it was taken'],
  'too-many-requests': [429, 'Too many requests'],
  internal: [500, 'Something is wrong at our end'],
  overloaded: [503, 'Too much is asked just now'],
  unavailable: [503, 'Not available just now'],
  'store-behind': [503, 'The claim store is being rebuilt'],
  'outcome-unknown': [503, 'Whether it was done is not known'],
  'storage-full': [503, 'The disk is full'],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemCode = keyof typeof PROBLEMS;

type Details = {
  readonly detail?: string;
  readonly mend?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
  /** More that a program needs, beside the words. */
  readonly more?: Pick<Problem, 'serverTime' | 'why' | 'wipe'>;
};

/** Thrown by a route to answer with a problem. Not a fault: it is neither logged nor counted as one. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly details: Details;

  constructor(code: ProblemCode, details: Details = {}) {
    // Nobody reads where it came from, and strangers can ask for as many as they like.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(details.detail ?? PROBLEMS[code][1]);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'HttpProblem';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }
}

export function sendProblem(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const { status } = problem;
  const { retryAfterSeconds } = problem.details;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="kaimen"');
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem)));
}

export function problemBody({ code, details }: HttpProblem): Problem {
  const [status, title] = PROBLEMS[code];
  const { detail, mend, errors, more } = details;
  return {
    type: `https://kaimen.example/problems/${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(mend === undefined ? {} : { mend }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...more,
  };
}

/** Every field at fault with what to write instead, taken from the schema's own messages. */
export function malformed(error: z.core.$ZodError, where: string): HttpProblem {
  const errors = error.issues.slice(0, ERRORS_MAX).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: pathOf([...issue.path, key]),
        message: 'is not a field of this request; leave it out',
      }));
    }
    return [{ field: pathOf(issue.path) || where, message: issue.message }];
  });
  const first = errors[0];
  return new HttpProblem('malformed-request', {
    detail: first === undefined ? `the ${where} is malformed` : `${first.field}: ${first.message}`,
    mend: 'correct the fields named under errors and send the request again',
    errors,
  });
}

/** One field at fault by what no schema knows. */
export function malformedField(
  field: string,
  message: string,
  mend = 'correct the fields named under errors and send the request again',
): HttpProblem {
  return new HttpProblem('malformed-request', {
    detail: `${field}: ${message}`,
    mend,
    errors: [{ field, message }],
  });
}

const ERRORS_MAX = 20;

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number'
        ? `[${step}]`
        : `${index === 0 ? '' : '.'}${String(step).slice(0, 80)}`,
    )
    .join('');
}
