// Connections to whichever server is the primary. Those to the one before are cut the moment another is
// found: nobody waits for a machine that is gone, and nobody reads from one that was left behind.
import pg from 'pg';
import { isDatabaseAway } from '../database-fault.ts';
import { type Primary, type PrimaryFinder, streamOf } from './primary-finder.ts';

type ClusterPoolOptions = Omit<pg.PoolConfig, 'host' | 'port' | 'connectionString'> & {
  readonly finder: PrimaryFinder;
  /** How long whoever wants a connection waits for a primary. */
  readonly waitMs: number;
};

type Callback = Exclude<Parameters<pg.Pool['connect']>[0], undefined>;

export class ClusterPool extends pg.Pool {
  readonly #finder: PrimaryFinder;
  readonly #waitMs: number;

  constructor({ finder, waitMs, ...options }: ClusterPoolOptions) {
    const clients = new Set<ClusterClient>();
    super({
      ...options,
      Client: class extends ClusterClient {
        constructor(config: pg.ClientConfig) {
          super(config, finder);
          clients.add(this);
          this.once('end', () => clients.delete(this));
        }
      } as unknown as typeof pg.Client,
    } as pg.PoolConfig);
    this.#finder = finder;
    this.#waitMs = waitMs;
    finder.onChange((primary) => {
      for (const client of clients) if (client.primary !== primary) streamOf(client).destroy();
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    const connected = this.#connect();
    if (callback === undefined) return connected;
    connected.then(
      (client) => callback(undefined, client, (error) => client.release(error)),
      (error: Error) => callback(error, undefined, () => {}),
    );
    return undefined;
  }

  async #connect(): Promise<pg.PoolClient> {
    const until = performance.now() + this.#waitMs;
    for (;;) {
      const primary = await this.#finder.find(Math.max(0, until - performance.now()));
      try {
        const client = await super.connect();
        if ((client as unknown as ClusterClient).primary === this.#finder.current) return client;
        client.release(true);
      } catch (error) {
        if (this.ended || this.ending || !isDatabaseAway(error)) throw error;
        // A pool whose connections are all in use says the same as one whose server is silent.
        if (!isOfPool(error)) this.#finder.doubt(primary);
        if (performance.now() >= until) throw error;
      }
    }
  }
}

class ClusterClient extends pg.Client {
  readonly primary: Primary | null;

  constructor(config: pg.ClientConfig, finder: PrimaryFinder) {
    const { current } = finder;
    super({ ...config, ...(current === null ? {} : { host: current.host, port: current.port }) });
    this.primary = current;
    // Also the end that nobody asked for: the process was killed, or told to stop.
    this.once('error', () => {
      if (current !== null) finder.doubt(current);
    });
  }
}

function isOfPool(error: unknown): boolean {
  return (error as Error).message === 'timeout exceeded when trying to connect';
}
