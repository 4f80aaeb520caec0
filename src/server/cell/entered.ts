// Who was let in during the last minutes, from PostgreSQL: what meters count after a start.
import type { Pool } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import { groundOf, scopesCrossed } from '#domain/venue/match-event.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { minuteOf } from './mirror.ts';
import type { Head } from './records.ts';

const BACK_MS = 2 * MINUTE_MS;

type Row = { decided_at: Date; gate: string; section: string | null; stand: string | null };

export async function loadEntered(
  pool: Pool,
  event: number,
  head: Head,
  now: Instant,
): Promise<{ minute: number; scopes: readonly string[] }[]> {
  const { rows } = await pool.query<Row>(
    `SELECT s.decided_at, s.gate, t.section, t.stand FROM scans s
     JOIN tickets t ON t.event = s.event AND t.serial = s.serial
     WHERE s.event = $1 AND s.direction = 'in' AND s.verdict = 'admitted' AND s.rung <> 'visual'
       AND s.decided_at > $2`,
    [event, new Date(now - BACK_MS)],
  );
  const ground = groundOf(matchEventOf(head.file));
  return rows.map(({ decided_at, gate, section, stand }) => ({
    minute: minuteOf(decided_at.getTime()),
    scopes: scopesCrossed(ground, section, gate, stand),
  }));
}
