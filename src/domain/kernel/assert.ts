/**
 * Stops on a state that the code says cannot be. A failed assertion is a bug, never an answer:
 * refusals are returned, faults of the world are thrown with a code.
 */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new AssertionError(why);
}

export class AssertionError extends Error {
  override name = 'AssertionError';
}
