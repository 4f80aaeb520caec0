// Which of several PostgreSQL servers may write. Asked of all at once whenever it is in doubt, and once a
// second while all is well: a primary that has lost its cluster answers reads for a while yet, and nothing
// may be decided on them. A server found is believed only once it has made something durable, on its
// standbys too: then all that it shows is.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';
import type { DatabaseHost } from './database-url.ts';

const ASK_WITHIN_MS = 1_000;
/** A first answer waits so long for others: of two that would write, the later timeline is the primary. */
const OTHERS_WITHIN_MS = 50;
const AGAIN_AFTER_MS = 100;
const WATCH_EVERY_MS = 1_000;
/** Looks in a row in which the primary said nothing: a busy one misses one or two, a dead one all. */
const SILENT_MAX = 3;

export type Primary = DatabaseHost & {
  readonly timeline: number;
  /** Tells this run of the server from the one before. */
  readonly startedAt: string;
};

type Connect = Omit<pg.ClientConfig, 'host' | 'port' | 'connectionString'>;

/** No server among those named may write, and none did within the time given. */
class NoPrimaryError extends Error {
  override name = 'NoPrimaryError';
  readonly code = '08001';
}

export class PrimaryFinder {
  readonly #hosts: readonly DatabaseHost[];
  readonly #connect: Connect;
  readonly #log: Log;
  readonly #onChange = new Set<(primary: Primary | null) => void>();
  #current: Primary | null = null;
  #isDoubted = false;
  #finding: Promise<Primary> | null = null;
  #watching: NodeJS.Timeout | null = null;
  #isLooking = false;
  #silent = 0;

  constructor(hosts: readonly DatabaseHost[], connect: Connect, log: Log) {
    this.#hosts = hosts;
    this.#connect = connect;
    this.#log = log;
  }

  get current(): Primary | null {
    return this.#current;
  }

  /** @param listener - told of each change: what hangs on the one before is to be let go */
  onChange(listener: (primary: Primary | null) => void): void {
    this.#onChange.add(listener);
  }

  /** Something has failed there: whoever wants a connection next looks again. Others may be well all the same. */
  doubt(primary: Primary): void {
    if (this.#current === primary) this.#isDoubted = true;
  }

  /** The primary as it is known, or as soon as there is one. @throws NoPrimaryError */
  async find(withinMs: number): Promise<Primary> {
    if (this.#current !== null && !this.#isDoubted) return this.#current;
    const until = performance.now() + withinMs;
    for (;;) {
      this.#finding ??= this.#look().finally(() => {
        this.#finding = null;
      });
      const left = until - performance.now();
      const found = await Promise.race([
        this.#finding.catch(() => null),
        pause(Math.max(0, left), null, { ref: false }),
      ]);
      if (found !== null) return found;
      if (performance.now() >= until) throw new NoPrimaryError(this.#nobody());
      await pause(AGAIN_AFTER_MS);
    }
  }

  /** Looks once a second whether the primary is still the one. */
  watch(): void {
    this.#watching ??= setInterval(() => {
      if (this.#isLooking || this.#current === null) return;
      this.#isLooking = true;
      void this.#check().finally(() => {
        this.#isLooking = false;
      });
    }, WATCH_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#watching ?? undefined);
  }

  async #check(): Promise<void> {
    const before = this.#current;
    const answers = await Promise.all(this.#hosts.map((host) => this.#ask(host).catch(() => null)));
    if (before === null || this.#current !== before) return;
    const [latest] = answers.filter((each) => each !== null).sort(byTimeline);
    if (latest === undefined) {
      this.#silent += 1;
      if (this.#silent >= SILENT_MAX) this.#becomes(null);
      return;
    }
    this.#silent = 0;
    if (isSame(latest, before)) return;
    if (await this.#isDurable(latest)) this.#becomes(latest);
    else this.#becomes(null);
  }

  async #look(): Promise<Primary> {
    const found: Primary[] = [];
    const asked = this.#hosts.map(async (host) => {
      const answer = await this.#ask(host);
      if (answer === null) throw new Error('a standby');
      found.push(answer);
    });
    await Promise.any(asked);
    await Promise.race([Promise.allSettled(asked), pause(OTHERS_WITHIN_MS)]);
    const [latest] = found.sort(byTimeline);
    if (latest === undefined || !(await this.#isDurable(latest))) {
      throw new NoPrimaryError(this.#nobody());
    }
    return this.#becomes(latest);
  }

  #becomes<P extends Primary | null>(found: P): P | Primary {
    const before = this.#current;
    this.#isDoubted = false;
    this.#silent = 0;
    // Still the same run of the same server: connections to it are good.
    if (before !== null && found !== null && isSame(before, found)) return before;
    this.#current = found;
    if (found !== null) {
      const { host, port, timeline } = found;
      this.#log.info({ host, port, timeline }, 'PostgreSQL: this one is the primary');
    } else if (before !== null) {
      this.#log.warn({ host: before.host, port: before.port }, 'PostgreSQL: the primary is gone');
    }
    if (before !== null) for (const listener of this.#onChange) listener(found);
    return found;
  }

  /** @returns null for a server that may not write */
  async #ask({ host, port }: DatabaseHost): Promise<Primary | null> {
    return this.#with({ host, port }, async (client) => {
      const { rows } = await client.query<{ timeline: string | null; started_at: string }>(WHO);
      const [row] = rows;
      if (row?.timeline == null) return null;
      return {
        host,
        port,
        timeline: Number.parseInt(row.timeline, 16),
        startedAt: row.started_at,
      };
    });
  }

  /**
   * Commits something, as every write is committed: where a standby must have it first, it has it and all
   * before it once this returns. After a crash a server shows what it never acknowledged; not to us.
   */
  async #isDurable(host: DatabaseHost): Promise<boolean> {
    try {
      await this.#with(host, (client) =>
        client.query(`SELECT pg_logical_emit_message(true, 'kaimen', 'here')`),
      );
      return true;
    } catch (error) {
      const why = (error as Error).message;
      this.#log.warn({ ...host, why }, 'PostgreSQL: makes nothing durable yet');
      return false;
    }
  }

  async #with<T>(host: DatabaseHost, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      ...this.#connect,
      host: host.host,
      port: host.port,
      connectionTimeoutMillis: ASK_WITHIN_MS,
      query_timeout: ASK_WITHIN_MS,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return await work(client);
    } finally {
      // One that does not answer would not say good-bye either.
      client.end().catch(() => {});
      setTimeout(() => streamOf(client).destroy(), ASK_WITHIN_MS).unref();
    }
  }

  #nobody(): string {
    const all = this.#hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
    return `none of ${all} may write`;
  }
}

/** The first eight digits of the name of a WAL file are the timeline. */
const WHO = `
  SELECT CASE WHEN pg_is_in_recovery() THEN NULL
              ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline,
         pg_postmaster_start_time()::text AS started_at`;

function byTimeline(a: Primary, b: Primary): number {
  return b.timeline - a.timeline;
}

function isSame(a: Primary, b: Primary): boolean {
  return a.host === b.host && a.port === b.port && a.startedAt === b.startedAt;
}

/** Not among the driver's types: what a client is connected by. */
export function streamOf(client: pg.ClientBase): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
}
