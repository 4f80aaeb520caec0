// SQL of published sales. A version is written once and never changed, so what was read of one is kept.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { type SaleTerms, saleTermsOf } from '#protocol/sale-terms.ts';
import type { SaleFile } from '#protocol/sales.ts';

export type OfferRow = {
  readonly version: number;
  readonly file: SaleFile;
  readonly reason: string;
  readonly published_by: string;
  readonly published_at: Date;
};

/** The version in force is the last; 0: nothing was published. */
export async function offerVersion(client: Pool | PoolClient, event: number): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM sale_offers WHERE event = $1',
    [event],
  );
  return rows[0]?.version ?? 0;
}

/** @param version - null: the one in force */
export async function findOffer(
  client: Pool | PoolClient,
  event: number,
  version: number | null,
): Promise<OfferRow | null> {
  const { rows } = await client.query<OfferRow>(
    `SELECT version, file, reason, published_by, published_at FROM sale_offers
     WHERE event = $1 AND ($2::integer IS NULL OR version = $2)
     ORDER BY version DESC LIMIT 1`,
    [event, version],
  );
  return rows[0] ?? null;
}

export async function insertOffer(
  client: PoolClient,
  event: number,
  offer: {
    readonly version: number;
    readonly file: SaleFile;
    readonly reason: string;
    readonly by: string;
    readonly at: Instant;
  },
): Promise<void> {
  await client.query(
    `INSERT INTO sale_offers (event, version, file, reason, published_by, published_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [event, offer.version, JSON.stringify(offer.file), offer.reason, offer.by, new Date(offer.at)],
  );
}

const TERMS_KEPT_MAX = 64;

/** Terms by event and version: what every hold and every quote reads, parsed once. */
export class SaleOffers {
  readonly #kept = new Map<string, SaleTerms>();

  /**
   * The terms in force as this transaction sees them.
   *
   * @param event - its number and its id
   * @returns null: this event is not sold here
   */
  async inForce(
    client: Pool | PoolClient,
    event: { readonly number: number; readonly id: string },
  ): Promise<SaleTerms | null> {
    const version = await offerVersion(client, event.number);
    return version === 0 ? null : await this.ofVersion(client, event, version);
  }

  /** Those that an order was made by. */
  async ofVersion(
    client: Pool | PoolClient,
    event: { readonly number: number; readonly id: string },
    version: number,
  ): Promise<SaleTerms | null> {
    const key = `${event.number} ${version}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const row = await findOffer(client, event.number, version);
    if (row === null) return null;
    const terms = saleTermsOf(event.id, version, row.file);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= TERMS_KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, terms);
    return terms;
  }
}
