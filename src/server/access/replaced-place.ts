import type { Pool } from 'pg';
import type { DeviceRole, PhoneRole } from '#domain/access/device-roles.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';

export type ReplacedPlace = {
  readonly gate: string;
  readonly lane: string | null;
  /** A headless lane's place is taken by a steward's phone. */
  readonly role: PhoneRole;
  readonly isPractice: boolean;
  /** Who is signed on at it. */
  readonly operator: string | null;
};

/** Where the device stands, or stood until it was lost. @throws HttpProblem `not-found` */
export async function placeOf(pool: Pool, event: number, device: string): Promise<ReplacedPlace> {
  const { rows } = await pool.query<{
    gate: string;
    lane: string | null;
    role: DeviceRole;
    is_practice: boolean;
    operator: string | null;
  }>('SELECT gate, lane, role, is_practice, operator FROM devices WHERE id = $1 AND event = $2', [
    device,
    event,
  ]);
  const row = rows[0];
  if (row === undefined) {
    throw new HttpProblem('not-found', {
      detail: `there is no device ${device} at this event`,
      mend: 'see “kaimen device list”',
    });
  }
  const role = row.role === 'lane' ? 'steward' : row.role;
  const { gate, lane, operator } = row;
  return { gate, lane, role, isPractice: row.is_practice, operator };
}
