// The server program: reads its configuration, wires the parts, starts and stops.
import { readFileSync } from 'node:fs';
import { readConfig, UsageError } from './platform/config.ts';
import { createLog } from './platform/log.ts';
import { startServer } from './start-server.ts';

try {
  const config = readConfig(process.argv.slice(2), process.env);
  const log = createLog({ level: config.logLevel });
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const server = await startServer(config, version, log);
  process.stdout.write(`kaimen ${version} is listening on ${server.url}\n`);
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second signal means now: PostgreSQL recovers, nothing acknowledged is lost.
      if (isStopping) process.exit(1);
      isStopping = true;
      server.stop().then(
        () => process.exit(0),
        (error: Error) => {
          log.error({ err: error }, 'did not stop cleanly');
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  const isUsage = error instanceof UsageError;
  const hasCode = error instanceof Error && typeof (error as { code?: unknown }).code === 'string';
  const text =
    isUsage || hasCode ? (error as Error).message : String((error as Error).stack ?? error);
  process.stderr.write(`kaimen: ${text}\n`);
  process.exit(isUsage ? 2 : 1);
}
