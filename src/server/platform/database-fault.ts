// What PostgreSQL and the network say when the world breaks, in the problems callers are answered with.
import { HttpProblem } from './http/problem.ts';
import { OutcomeUnknownError } from './outcome-unknown.ts';

const DISK_FULL = new Set(['53100', 'ENOSPC']);
/** Connection lost, shutting down, starting up, too many connections, cancelled by time-out, disk faults. */
const AWAY = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '53200',
  '53300',
  '58030',
  '25P03',
  '25006',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EMFILE',
  'ENFILE',
]);
const AWAY_WORDS =
  /connection (terminated|ended|timeout)|timeout exceeded|not queryable|client has encountered/i;

export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return AWAY.has(code ?? '') || AWAY_WORDS.test(message ?? '') || isConnectionLost(error);
}

/** The server died, was told to stop, or is no longer the one that may write: another may be soon. */
const LOST =
  /^(08\d{3}|57P0[123]|25006|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const LOST_WORDS = /connection (terminated|ended)|not queryable|client has encountered/i;

export function isConnectionLost(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return LOST.test(code ?? '') || LOST_WORDS.test(message ?? '');
}

/**
 * @param isDiskFull - the database is known to be down for want of room
 * @returns null for what is no fault of the world: a bug
 */
export function problemOfFault(error: unknown, isDiskFull: boolean): HttpProblem | null {
  if (error instanceof OutcomeUnknownError) return outcomeUnknown();
  const isAway = isDatabaseAway(error);
  if (DISK_FULL.has((error as { code?: string }).code ?? '') || (isAway && isDiskFull)) {
    return new HttpProblem('storage-full', {
      detail: 'the disk of the database is full: nothing of this request was stored',
      mend: 'free space; the server goes on by itself',
      retryAfterSeconds: 5,
    });
  }
  if (!isAway) return null;
  return new HttpProblem('unavailable', {
    detail: 'the database does not answer',
    mend: 'send the same request again in a moment',
    retryAfterSeconds: 1,
  });
}

/** Not “failed”: whoever does it again without looking may do it twice. */
function outcomeUnknown(): HttpProblem {
  return new HttpProblem('outcome-unknown', {
    detail: 'the database was lost while this was being committed: it may have been done',
    mend: 'send the same request again with the Idempotency-Key that it had; without one, look first',
    retryAfterSeconds: 1,
  });
}
