// SQL of boxes at the hub: who is enrolled, where each is reached, what it said last.
import type { Pool, PoolClient } from 'pg';

/** What a box said of itself last. */
export type EdgeReport = { readonly clockSkewMs: number; readonly isRebuilding?: boolean };

export type EdgeRow = {
  name: string;
  address: string | null;
  token: string;
  public_key: Buffer | null;
  enrolled_at: Date;
  seen_at: Date | null;
  revoked_at: Date | null;
  report: EdgeReport | null;
};

export async function listEdges(
  pool: Pool | PoolClient,
): Promise<(EdgeRow & { decides: string[] })[]> {
  const { rows } = await pool.query<EdgeRow & { decides: string[] }>(
    `SELECT x.*, ARRAY(SELECT id FROM events
       WHERE authority = x.name AND status <> 'archived' ORDER BY number) AS decides
     FROM edges x ORDER BY x.name LIMIT 100`,
  );
  return rows;
}

export async function findEdge(client: Pool | PoolClient, name: string): Promise<EdgeRow | null> {
  const { rows } = await client.query<EdgeRow>('SELECT * FROM edges WHERE name = $1', [name]);
  return rows[0] ?? null;
}

/** A box that was revoked may be enrolled again; its new key is taken from its next call. */
export async function saveEdge(
  client: PoolClient,
  edge: { name: string; address: string | null; token: string; at: Date },
): Promise<void> {
  await client.query(
    `INSERT INTO edges (name, address, token, enrolled_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO UPDATE SET address = excluded.address, token = excluded.token,
       enrolled_at = excluded.enrolled_at, public_key = NULL, revoked_at = NULL, report = NULL`,
    [edge.name, edge.address, edge.token, edge.at],
  );
}

/** @returns false when another key was shown under this name before: somebody else has the token */
export async function noteCall(
  pool: Pool,
  name: string,
  call: { readonly publicKey: Buffer; readonly at: Date; readonly report: EdgeReport },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE edges SET seen_at = $3, public_key = $2, report = $4
     WHERE name = $1 AND revoked_at IS NULL AND (public_key IS NULL OR public_key = $2)`,
    [name, call.publicKey, call.at, JSON.stringify(call.report)],
  );
  return rowCount === 1;
}
