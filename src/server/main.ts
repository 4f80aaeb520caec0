// The server program: reads its configuration, wires the parts, starts and stops.
import { existsSync, readFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import path from 'node:path';
import { readConfig, type ServeConfig, UsageError } from './platform/config.ts';
import { createLog, type Log } from './platform/log.ts';

try {
  const config = readConfig(process.argv.slice(2), process.env);
  const log = createLog({ level: config.logLevel });
  const run = { serve, restore, rescue, override }[config.command];
  await run(config, log);
} catch (error) {
  const isUsage = error instanceof UsageError;
  const hasCode = error instanceof Error && typeof (error as { code?: unknown }).code === 'string';
  const text =
    isUsage || hasCode ? (error as Error).message : String((error as Error).stack ?? error);
  process.stderr.write(`kaimen: ${text}\n`);
  process.exit(isUsage ? 2 : 1);
}

async function serve(config: ServeConfig, log: Log): Promise<void> {
  const isCached = cacheCompiled(config.dataDir);
  const version = ownRelease();
  // After a crash each second counts: the database recovers while the rest of the program is loaded.
  const { openDatabase } = await import('./open-database.ts');
  const opening = openDatabase(config, log);
  if (!isCached) {
    await opening;
    cacheCompiled(config.dataDir);
  }
  const [database, { startServer }] = await Promise.all([opening, import('./start-server.ts')]);
  const server = await startServer(config, version, log, database);
  onStopSignal(() => {
    server.stop().then(
      () => process.exit(0),
      (error: Error) => {
        log.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  });
  // Whoever reads this line may end us at once, and in order.
  process.stdout.write(`kaimen ${version} is listening on ${server.url}\n`);
  flushCompileCache();
}

/** Whoever ships a build that is no release names it by a file: the guard of a match goes by it. */
function ownRelease(): string {
  const root = new URL('../../', import.meta.url);
  const named = new URL('release', root);
  if (existsSync(named)) return readFileSync(named, 'utf8').trim();
  const file = readFileSync(new URL('package.json', root), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

async function restore(config: ServeConfig, log: Log): Promise<void> {
  const { restoreDataDirectory } = await import('./restore-data-directory.ts');
  const stopping = new AbortController();
  onStopSignal(() => stopping.abort());
  const { manifest, tables } = await restoreDataDirectory(config, log, stopping.signal);
  const { takenAt } = manifest;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const result = { dataDir: config.dataDir, takenAt, rows, tables };
  const hint =
    config.masterKeyFile === null ? '; put the master-key of that server into it first' : '';
  process.stdout.write(
    config.isJson
      ? `${JSON.stringify(result)}\n`
      : `${config.dataDir} holds the ${rows} rows of ${takenAt}. Start a server on it${hint}: it decides nothing until “kaimen reconcile”.\n`,
  );
}

async function rescue(config: ServeConfig, log: Log): Promise<void> {
  const { rescueAdmin } = await import('./rescue-admin.ts');
  const token = await rescueAdmin(config, log);
  process.stdout.write(config.isJson ? `${JSON.stringify({ token })}\n` : `${token}\n`);
}

async function override(config: ServeConfig, log: Log): Promise<void> {
  const { KAIMEN_TOKEN: first = '', KAIMEN_SECOND_TOKEN: second = '' } = process.env;
  const { overrideFreeze } = await import('./override-freeze.ts');
  const reason = config.backupFile;
  if (reason === null) throw new UsageError('override “WHY” --data DIR: say why');
  const given = await overrideFreeze(config, log, { reason, tokens: [first, second] });
  const until = new Date(given.until).toISOString();
  const words = `until ${until} a release, a migration or a key may change: start the server now\n`;
  process.stdout.write(config.isJson ? `${JSON.stringify({ ...given, until })}\n` : words);
}

function onStopSignal(stop: () => void): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second signal means now: PostgreSQL recovers, nothing acknowledged is lost.
      if (isStopping) process.exit(1);
      isStopping = true;
      stop();
    });
  }
}

/**
 * Kept in the data directory: compiling the program anew takes half of a start.
 *
 * @returns false before the first start has made the directory
 */
function cacheCompiled(dataDir: string): boolean {
  if (!existsSync(path.join(dataDir, 'postgres'))) return false;
  enableCompileCache(path.join(dataDir, 'compiled'));
  return true;
}
