import type { Pool } from 'pg';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Device } from '#server/platform/principal.ts';

/** @throws HttpProblem `unavailable`: enrolled a moment ago, perhaps, and not yet heard of here */
export async function deviceOf(
  { pool }: { readonly pool: Pool },
  id: string,
): Promise<{ device: Device; isRevoked: boolean }> {
  const { rows } = await pool.query<Omit<Device, 'kind'> & { isRevoked: boolean }>(
    `SELECT d.id, d.event AS "eventNumber", e.id AS "eventId", d.gate, d.lane,
            d.revoked_at IS NOT NULL AS "isRevoked"
     FROM devices d JOIN events e ON e.number = d.event WHERE d.id = $1`,
    [id],
  );
  if (rows[0] !== undefined) {
    const { isRevoked, ...device } = rows[0];
    return { device: { kind: 'device', ...device } as Device, isRevoked };
  }
  throw new HttpProblem('unavailable', {
    detail: `this node has not heard of ${id} yet`,
    mend: 'send the same request again in a moment',
    retryAfterSeconds: 1,
  });
}
