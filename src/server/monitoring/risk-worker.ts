// Looks for matches whose doors open within a day, at every node of the hub.
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Log } from '#server/platform/log.ts';
import type { ServerContext } from '#server/server-context.ts';
import { type AnnouncerDeps, announceDueRisks } from './announce-risks.ts';

const LOOK_EVERY_MS = 60_000;

class RiskWorker {
  readonly #deps: AnnouncerDeps;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: AnnouncerDeps, log: Log) {
    this.#deps = deps;
    this.#log = log;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for (const event of await announceDueRisks(this.#deps)) {
          this.#log.info({ event }, 'the risks of an entry were announced');
        }
      } catch (error) {
        this.#log.warn({ err: error }, 'risks of entries could not be looked at');
      }
      await pause(LOOK_EVERY_MS, null, { signal }).catch(() => {});
    }
  }
}

export function runRiskLists(app: FastifyInstance, context: ServerContext): void {
  const { pool, masterKey, node, now, log, stopping } = context;
  const worker = new RiskWorker({ pool, masterKey, node, now }, log);
  worker.start();
  app.addHook('onClose', () => worker.stop());
  stopping.addEventListener('abort', () => void worker.stop());
}
