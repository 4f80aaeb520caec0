// Proofs that were used, at whichever node: what one node has taken, no other takes again. Those of a
// moment are written down together, and nobody waits for the disk: with a crash of the database go the last
// of them, which is as if a node had just started.
import type { Pool } from 'pg';
import { PROOF_SKEW_MAX_MS } from '#domain/access/proof.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';

const FORGET_EVERY_MS = 60_000;
/** Longer than a proof can be taken for new, on clocks that differ as much as they may. */
const KEPT_SECONDS = (4 * PROOF_SKEW_MAX_MS) / 1_000;

/** What a device sends again and again by ids of its own: heard twice it is the same, and it must be quick. */
const HEARD_TWICE = [
  'POST /api/v1/scans',
  'POST /api/v1/journal',
  'POST /api/v1/devices/self/status',
];

type Waiting = {
  readonly device: string;
  readonly jti: string;
  readonly resolve: (isNew: boolean) => void;
};

export class UsedProofs {
  readonly #pool: Pool;
  #waiting: Waiting[] = [];
  #forgotAt = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  static mayBeHeardTwice({ method, target }: { method: string; target: string }): boolean {
    return HEARD_TWICE.includes(`${method} ${target.split('?', 1)[0]}`);
  }

  /** @returns false for what was taken before; true as well when the database does not say */
  take(device: string, jti: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ device, jti, resolve });
    if (this.#waiting.length === 1) setImmediate(() => void this.#write());
    return promise;
  }

  async #write(): Promise<void> {
    const taken = this.#waiting;
    this.#waiting = [];
    try {
      const isNew = await this.#insert(taken);
      for (const each of taken) each.resolve(isNew.delete(keyOf(each)));
      await this.#forget();
    } catch {
      for (const each of taken) each.resolve(true);
    }
  }

  async #insert(taken: readonly Waiting[]): Promise<Set<string>> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN; SET LOCAL synchronous_commit = off');
      const { rows } = await client.query<{ device: string; jti: string }>(
        `INSERT INTO used_proofs (device, jti, used_at)
         SELECT DISTINCT device, jti, now() FROM unnest($1::text[], $2::text[]) AS t (device, jti)
         ORDER BY device, jti ON CONFLICT DO NOTHING RETURNING device, jti`,
        [
          arrayLiteral(taken.map(({ device }) => device)),
          arrayLiteral(taken.map(({ jti }) => jti)),
        ],
      );
      await client.query('COMMIT');
      return new Set(rows.map(keyOf));
    } catch (error) {
      broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #forget(): Promise<void> {
    if (performance.now() - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = performance.now();
    await this.#pool.query(
      'DELETE FROM used_proofs WHERE used_at < now() - make_interval(secs => $1)',
      [KEPT_SECONDS],
    );
  }
}

function keyOf({ device, jti }: { readonly device: string; readonly jti: string }): string {
  return `${device} ${jti}`;
}
