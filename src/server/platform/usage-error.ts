/** The command line or the environment was wrong; the message says what to write instead. Ends as exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
