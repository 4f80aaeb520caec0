// Scans and their annulment.
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import { scanId, words } from '#protocol/primitives.ts';
import {
  annulAnswer,
  annulRequest,
  type ScanRequest,
  scanAnswer,
  scanRequest,
} from '#protocol/scans.ts';
import { iso, storableTime } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device, Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { annulScan } from './annul.ts';
import { checkpointOf, type OpenEvent } from './catalogue.ts';
import type { PendingScan } from './decide-batch.ts';
import { findCode } from './find-code.ts';
import { timeScans } from './metrics.ts';
import type { Seen } from './store-state.ts';

const SEEN = /^([a-z2-7]{1,40}):(\d{1,15}):([A-Za-z0-9_-]{1,20})$/;

export function addScanRoutes(app: FastifyInstance, context: ServerContext): void {
  const { authority, storeState } = context;
  const timeScan = timeScans(context.registry);

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/scans',
    rule: { allow: 'device' },
    summary: 'Decide one scan; a repeat of the same scanId gets the same answer',
    tag: 'scans',
    body: scanRequest,
    answer: scanAnswer,
    bodyBytesMax: 16 * 1024,
    handle: async ({ body, principal, request, reply }) => {
      const device = deviceOf(principal);
      const seen = seenOf(request.headers['kaimen-seen']);
      if (seen !== null) await storeState.observe(device.eventNumber, seen);
      storeState.servingEpoch();
      const scan = await takeScan(context, device, body);
      const startedAt = performance.now();
      const answer = await authority.scan(device.eventNumber, scan);
      timeScan((performance.now() - startedAt) / 1_000);
      void reply.type('application/json; charset=utf-8');
      return reply.send(answer);
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/scans/:scanId/annul',
    rule: { allow: 'scans.annul', orDevice: true },
    summary: 'Take a crossing back: the turnstile did not turn',
    tag: 'scans',
    params: z.object({ scanId }),
    query: z.strictObject({ device: words(64).optional() }),
    body: annulRequest,
    answer: annulAnswer,
    handle: async ({ params, query, body, principal }) => {
      const device = principal?.kind === 'device' ? principal.id : query.device;
      if (device === undefined) {
        throw new HttpProblem('malformed-request', {
          detail: 'device: name the device whose scan it was',
          errors: [{ field: 'device', message: 'name the device whose scan it was' }],
        });
      }
      if (principal?.kind === 'device' && body.cause === 'supervisor') {
        throw new HttpProblem('forbidden', {
          detail: 'a supervisor annuls with their own token',
          mend: 'give cause not-turned or never-shown, or use an operator’s token',
        });
      }
      const scan = { device, scanId: params.scanId };
      const { outcome, at } = await annulScan(context, principal, scan, body.cause);
      return { scanId: params.scanId, outcome, at: iso(at) };
    },
  });
}

/** What a device sent, looked up. */
export async function takeScan(
  { catalogue, now, pool }: Pick<ServerContext, 'catalogue' | 'now' | 'pool'>,
  device: Device,
  body: ScanRequest,
): Promise<PendingScan> {
  const event = await catalogue.get(device.eventNumber);
  const scan = pendingScan(event, device, body);
  if (body.confirms !== undefined) {
    return { ...scan, isConfirmed: await isReferral(pool, scan, body.confirms) };
  }
  const isUnknown = scan.lookup.kind === 'none' && scan.lookup.reason === 'unknown';
  // Perhaps of an event that was imported since.
  return isUnknown && (await catalogue.hasNewKeys(now())) ? pendingScan(event, device, body) : scan;
}

/** Whether this lane was told before to look at the holder of this very code. */
async function isReferral(pool: Pool, scan: PendingScan, confirms: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT 1 FROM scans WHERE device = $1 AND scan_id = $2 AND code_hash = $3 AND verdict = 'referred'`,
    [scan.device, confirms, Buffer.from(scan.codeHash)],
  );
  return rowCount === 1;
}

function pendingScan(event: OpenEvent, device: Device, scan: ScanRequest): PendingScan {
  const found = findCode(scan.code, event.keyring);
  return {
    device: device.id,
    scanId: scan.scanId,
    direction: scan.direction,
    gate: device.gate,
    lane: scan.lane ?? device.lane,
    operator: scan.operator ?? null,
    scannedAt: iso(storableTime(Date.parse(scan.scannedAt))),
    isConfirmed: false,
    checkpoint: checkpointOf(event, device.gate),
    lookup: found.lookup,
    codeHash: found.codeHash,
  };
}

function deviceOf(principal: Principal | null): Device {
  if (principal?.kind !== 'device') throw new Error('the route’s rule lets only devices in');
  return principal;
}

function seenOf(header: string | string[] | undefined): Seen | null {
  const match = typeof header === 'string' ? SEEN.exec(header) : null;
  if (match === null) return null;
  const [, epoch = '', revision = '', mark = ''] = match;
  return { epoch, revision: Number(revision), mark };
}
