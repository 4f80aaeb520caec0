/**
 * The connection broke while a commit was under way: it was done, or it was not. Never answered as failed;
 * whoever repeats under the same key or id learns which.
 */
export class OutcomeUnknownError extends Error {
  override name = 'OutcomeUnknownError';
  readonly code = 'outcome-unknown';
}
