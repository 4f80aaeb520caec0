// Two phones that are one identity are found by their runs: each start of the app names itself in every
// proof, and a run that goes on after a later one has settled in is another phone. Nothing is stopped: the
// control room is told, and revokes whom it wants.
import type { PoolClient } from 'pg';
import { isCloned, type Run } from '#domain/access/proof.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Device } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { raiseAlarm } from './alarms.ts';

/** How often a run that goes on is written down. */
const NOTE_EVERY_MS = 5_000;
const REMEMBERED_MAX = 20_000;
const RUNS_LOOKED_AT_MAX = 50;

export function watchForClones(context: ServerContext): void {
  const noted = new Map<string, { readonly run: string; readonly at: number }>();
  context.access.proofs.onRun((device, run) => {
    const now = context.now();
    const last = noted.get(device.id);
    if (last !== undefined && last.run === run && now - last.at < NOTE_EVERY_MS) return;
    if (noted.size >= REMEMBERED_MAX) noted.clear();
    noted.set(device.id, { run, at: now });
    noteRun(context, device, run).catch((error: Error) => {
      context.log.warn({ err: error, device: device.id }, 'a run was not noted');
      noted.delete(device.id);
    });
  });
}

export async function noteRun(context: ServerContext, device: Device, run: string): Promise<void> {
  const at = context.now();
  const isRaised = await inTransaction(context.pool, async (client) => {
    const runs = await touchRun(client, device.id, run, at);
    const speaking = runs.find((each) => each.run === run);
    if (speaking === undefined || !isCloned(speaking, runs)) return false;
    const detail = { found: 'runs', runs: runs.slice(0, 2).map((each) => each.run) };
    return raiseAlarm(client, device, { kind: 'cloned-identity', detail }, at);
  });
  if (isRaised) context.bus.emit('notices', device.eventNumber);
}

/** @returns the latest runs of the device, this one among them */
async function touchRun(
  client: PoolClient,
  device: string,
  run: string,
  at: Instant,
): Promise<Run[]> {
  await client.query(
    `INSERT INTO device_runs VALUES ($1, $2, $3, $3)
     ON CONFLICT (device, run) DO UPDATE SET last_at = greatest(device_runs.last_at, $3)`,
    [device, run, new Date(at)],
  );
  const { rows } = await client.query<{ run: string; first_at: Date; last_at: Date }>(
    `SELECT run, first_at, last_at FROM device_runs WHERE device = $1
     ORDER BY first_at DESC LIMIT $2`,
    [device, RUNS_LOOKED_AT_MAX],
  );
  return rows.map((row) => ({
    run: row.run,
    firstAt: row.first_at.getTime() as Instant,
    lastAt: row.last_at.getTime() as Instant,
  }));
}
