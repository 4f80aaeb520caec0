// Sends what is due, at whichever node comes first. A message is taken by a lease: a node that dies while it
// sends leaves it to another, so a message may arrive twice, under one Message-ID, and never not at all.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type AttemptOutcome, afterAttempt } from '#domain/delivery/attempts.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { withoutAddress } from './masked-address.ts';
import { type Channel, type TakenMessage, takeDue } from './outbox.ts';

/** How a channel sends one message. It says what came of it, and throws for nothing that others may do wrong. */
export type Carrier = {
  readonly channel: Channel;
  send(message: TakenMessage): Promise<AttemptOutcome>;
  close(): void;
};

export type SenderDeps = {
  readonly pool: Pool;
  readonly masterKey: Uint8Array;
  readonly now: Clock;
  readonly log: Log;
  readonly carriers: readonly Carrier[];
  /** From 0 up to 1. */
  readonly chance?: () => number;
};

/** Longer than any carrier takes. */
export const LEASE_MS = 120_000;
const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 4;
const TAKEN_MAX = 40;
const FORGET_EVERY_MS = 60_000;
/** Whoever asks why they were not told does so within that. */
export const ADDRESS_KEPT_DAYS = 30;

export class OutboxSender {
  readonly #deps: SenderDeps;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #forgotAt = 0;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    for (const carrier of this.#deps.carriers) carrier.close();
  }

  /** Sends what is due now. @returns how many were tried */
  async sendDue(): Promise<number> {
    const { pool, masterKey, now, carriers } = this.#deps;
    const wanted = {
      channels: carriers.map(({ channel }) => channel),
      limit: TAKEN_MAX,
      leaseMs: LEASE_MS,
    };
    const taken = await takeDue(pool, masterKey, wanted, now());
    const left = [...taken];
    const worker = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        await this.#sendOne(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return taken.length;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let tried = 0;
      try {
        tried = await this.sendDue();
        await this.#forget();
      } catch (error) {
        this.#deps.log.warn({ err: error }, 'the outbox could not be looked at');
      }
      if (tried < TAKEN_MAX) await pause(LOOK_EVERY_MS, null, { signal }).catch(() => {});
    }
  }

  async #sendOne(message: TakenMessage): Promise<void> {
    const { carriers, now } = this.#deps;
    // A node that was held up for so long has lost it to another.
    const carrier = carriers.find(({ channel }) => channel === message.channel);
    if (carrier === undefined || this.#stopping.signal.aborted) {
      await this.#giveBack(message);
      return;
    }
    let outcome: AttemptOutcome;
    try {
      outcome = await carrier.send(message);
    } catch (error) {
      outcome = { kind: 'deferred', why: (error as Error).message };
    }
    await this.#settle(message, outcome, now());
  }

  async #settle(message: TakenMessage, outcome: AttemptOutcome, at: Instant): Promise<void> {
    const { pool, log, chance = Math.random } = this.#deps;
    const after = afterAttempt(message, outcome, at, chance());
    const why = 'why' in after ? withoutAddress(after.why, message.addressee.address) : null;
    if (after.state === 'failed') {
      log.warn(
        { message: message.id, template: message.occasion.template },
        'a message was given up',
      );
    }
    await pool.query(
      `UPDATE outbox SET state = $3, why = $4, due_at = coalesce($5, due_at), settled_at = $6
       WHERE id = $1 AND attempts = $2 AND state = 'waiting'`,
      [
        message.id,
        message.attempts,
        after.state,
        why,
        after.state === 'waiting' ? new Date(after.dueAt) : null,
        after.state === 'waiting' ? null : new Date(at),
      ],
    );
  }

  /** As if it had not been taken. */
  async #giveBack({ id, attempts }: TakenMessage): Promise<void> {
    await this.#deps.pool.query(
      `UPDATE outbox SET attempts = attempts - 1, due_at = $3
       WHERE id = $1 AND attempts = $2 AND state = 'waiting'`,
      [id, attempts, new Date(this.#deps.now())],
    );
  }

  async #forget(): Promise<void> {
    const at = this.#deps.now();
    if (at - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = at;
    await forgetAddresses(this.#deps.pool, at);
  }
}

/** Erases whom settled messages went to, after {@link ADDRESS_KEPT_DAYS}. */
export async function forgetAddresses(pool: Pool, at: Instant): Promise<number> {
  const before = new Date(at - ADDRESS_KEPT_DAYS * 24 * 3_600_000);
  const { rowCount } = await pool.query(
    `UPDATE outbox SET addressee = NULL, masked = '***'
     WHERE addressee IS NOT NULL AND settled_at < $1`,
    [before],
  );
  return rowCount ?? 0;
}
