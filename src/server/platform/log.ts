import { pino } from 'pino';

/** What our code needs of a logger: fields first, then one sentence. A pino logger is one. */
export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Names of fields that carry secrets; at the top, one level down, and in a request's or reply's headers. */
const SECRETS = ['authorization', 'cookie', 'dpop', 'password', 'token', '["set-cookie"]'];

/**
 * A logger that writes JSON lines to standard error, so that standard output stays free for results.
 * Credentials in the fields named above are replaced before anything is written.
 */
export function createLog(
  options: { level?: LogLevel; stream?: pino.DestinationStream } = {},
): pino.Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: withoutRows },
      redact: { paths: SECRETS.flatMap(redactedPaths), censor: '[redacted]' },
    },
    options.stream ?? pino.destination({ fd: 2, sync: true }),
  );
}

/** PostgreSQL quotes the row at fault, and what it was reading: names, telephone numbers, codes. */
function withoutRows(error: Error): object {
  const { detail: _, where: __, internalQuery: ___, ...rest } = pino.stdSerializers.err(error);
  return rest;
}

function redactedPaths(name: string): string[] {
  const below = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${below}`, `req.headers${below}`, `res.headers${below}`];
}

/** Keeps nothing: for tests and for commands whose output is the result alone. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
