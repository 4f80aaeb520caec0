// What a steward types in when a code cannot be read. It is flagged, counted by device and by whoever stands
// there, and admits nobody before the seat has been held against the ticket.
import { deviceMay } from '#domain/access/device-roles.ts';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import type { ScanRequest } from '#protocol/scans.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Device } from '#server/platform/principal.ts';
import { succeeded, takeTry } from '#server/platform/tries.ts';
import type { ServerContext } from '#server/server-context.ts';

/** Ten tickets a minute with their confirmations; of those that name no ticket hardly any. */
const LIMITS = [
  { max: 20, withinMs: MINUTE_MS, isOfFailures: false },
  { max: 5, withinMs: 10 * MINUTE_MS, isOfFailures: true },
] as const;

/** @throws HttpProblem `forbidden`, `too-many-requests` */
export async function takeManualScan(
  { pool, now }: Pick<ServerContext, 'pool' | 'now'>,
  device: Device,
  { scanId, operator }: ScanRequest,
): Promise<void> {
  if (!deviceMay(device.role, 'manual')) {
    throw new HttpProblem('forbidden', {
      detail: `a device of role “${device.role}” may not type tickets in`,
      mend: 'scan the code, or send the holder to the service desk',
    });
  }
  const at = now();
  const trier = { event: device.eventNumber, device: device.id, person: device.operator };
  await takeTry(pool, 'manual', trier, LIMITS, at, scanId);
  await pool.query(`INSERT INTO manual_scans VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, [
    device.id,
    scanId,
    device.eventNumber,
    operator,
    new Date(at),
  ]);
}

/** It named a ticket: it is no guess. */
export async function manualScanFound(
  { pool }: Pick<ServerContext, 'pool'>,
  device: Device,
  scanId: string,
): Promise<void> {
  await succeeded(pool, 'manual', device.id, scanId);
}
