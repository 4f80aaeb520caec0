// One event's notices as they come, whichever node they were given at, each told once to whom it concerns;
// and for consoles, how the devices are.
import type { Pool } from 'pg';
import type { LaneStatus } from '#protocol/lane-status.ts';
import { statusesAfter } from '#server/lanes/statuses.ts';
import { isFor, lastNotice, type NumberedNotice, noticesAfter } from '#server/notices/notices.ts';
import type { Principal } from '#server/platform/principal.ts';

export class NoticeReader {
  readonly #pool: Pool;
  readonly #event: number;
  /** Told through here; null until it is known where the log stood when this reader began. */
  #through: number | null = null;
  #statusesThrough = 0;

  constructor(pool: Pool, event: number) {
    this.#pool = pool;
    this.#event = event;
  }

  get through(): number {
    return this.#through ?? 0;
  }

  /** What somebody has missed who heard all up to `after`. */
  async missed(after: number): Promise<readonly NumberedNotice[]> {
    const notices = await noticesAfter(this.#pool, this.#event, after);
    return notices.filter(({ n }) => n <= this.through);
  }

  async begin(): Promise<void> {
    if (this.#through !== null) return;
    this.#through = await lastNotice(this.#pool, this.#event);
    this.#statusesThrough = this.#through;
  }

  /** What has come since the last call. */
  async next(): Promise<readonly NumberedNotice[]> {
    if (this.#through === null) {
      await this.begin();
      return [];
    }
    const notices = await noticesAfter(this.#pool, this.#event, this.#through);
    this.#through = notices.at(-1)?.n ?? this.#through;
    return notices;
  }

  /** Of devices that have spoken since the last call, what each said last. */
  async statuses(): Promise<readonly LaneStatus[]> {
    const { through, statuses } = await statusesAfter(
      this.#pool,
      this.#event,
      this.#statusesThrough,
    );
    this.#statusesThrough = through;
    return statuses;
  }
}

/** Consoles hear all of it; a device what is for it. */
export function concerns({ scope }: NumberedNotice, principal: Principal): boolean {
  return principal.kind === 'operator' || isFor(scope, principal);
}
