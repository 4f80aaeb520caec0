/**
 * Starts PostgreSQL on the data directory given as argument, in a process that a test may kill or run as
 * another user. Prints one line of JSON, {@link ChildReport}, and stops when its standard input ends.
 */
import { silentLog } from '#server/platform/log.ts';
import { startEmbeddedPostgres } from '#server/platform/postgres/embedded.ts';
import type { PostgresConnection } from '#server/platform/postgres/supervisor.ts';

export type ChildReport =
  | { up: { pid: number; connection: PostgresConnection } }
  | { failed: { code: string | null; message: string } };

function report(line: ChildReport): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

try {
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: silentLog });
  report({ up: { pid: server.pid(), connection: server.connection } });
  process.stdin.resume().once('end', () => void server.stop());
} catch (error) {
  const { code = null, message } = error as { code?: string; message: string };
  report({ failed: { code, message } });
}
