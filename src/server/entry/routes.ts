// Scans and their annulment.
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import { scanId, words } from '#protocol/primitives.ts';
import {
  type AnnulAnswer,
  annulAnswer,
  annulRequest,
  type ScanRequest,
  scanAnswer,
  scanRequest,
} from '#protocol/scans.ts';
import { iso, storableTime } from '#server/platform/clock.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device, Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import { annulScan, type ScanKey } from './annul.ts';
import { isBeyondList } from './beyond-list.ts';
import { checkpointOf, type OpenEvent } from './catalogue.ts';
import type { PendingScan } from './decide-batch.ts';
import { NotAuthorityError, type Passed } from './elsewhere.ts';
import { findCode, findShortId } from './find-code.ts';
import { manualScanFound, takeManualScan } from './manual.ts';
import { timeScans } from './metrics.ts';
import { practiceAnswer } from './practice-answer.ts';
import type { Seen } from './store-state.ts';

const SEEN = /^([a-z2-7]{1,40}):(\d{1,15}):([A-Za-z0-9_-]{1,20})$/;

export function addScanRoutes(app: FastifyInstance, context: ServerContext): void {
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
      const startedAt = performance.now();
      const { 'kaimen-seen': seen } = request.headers;
      const proof = typeof seen === 'string' ? seen : undefined;
      const device = deviceOf(principal);
      if (device.isPractice) return practiceAnswer(context, body);
      const answer = await decideForWhoStandsThere(context, device, body, proof);
      timeScan((performance.now() - startedAt) / 1_000);
      return reply.code(answer.status).type(answer.type).send(answer.text);
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
        throw malformedField('device', 'name the device whose scan it was');
      }
      if (principal?.kind === 'device' && body.cause === 'supervisor') {
        throw new HttpProblem('forbidden', {
          detail: 'a supervisor annuls with their own token',
          mend: 'give cause not-turned or never-shown, or use an operator’s token',
        });
      }
      const scan = { device, scanId: params.scanId };
      const event = await eventOfDevice(context, device);
      if (event?.isHere === false) {
        return await context.elsewhere.annul(event, principal, scan, body.cause);
      }
      return await annulHere(context, principal, scan, body.cause);
    },
  });
}

/** As the lane says, or as was signed on at the phone; counted first when somebody has typed it in. */
async function decideForWhoStandsThere(
  context: ServerContext,
  device: Device,
  body: ScanRequest,
  seen: string | undefined,
): Promise<Passed> {
  const operator = body.operator ?? device.operator;
  const scan = operator === null ? body : { ...body, operator };
  if (scan.isManual !== true) return await decideOrPass(context, device, scan, seen);
  await takeManualScan(context, device, scan);
  const answer = await decideOrPass(context, device, scan, seen);
  const { ticket = null } = answer.status === 200 ? JSON.parse(answer.text) : {};
  if (ticket !== null) await manualScanFound(context, device, scan.scanId);
  return answer;
}

/** @throws HttpProblem */
export async function annulHere(
  context: ServerContext,
  principal: Principal | null,
  scan: ScanKey,
  cause: string,
): Promise<AnnulAnswer> {
  const { outcome, at } = await annulScan(context, principal, scan, cause);
  return { scanId: scan.scanId, outcome, at: iso(at) };
}

/** Decides a scan here, or has it decided by the event's authority. */
async function decideOrPass(
  context: ServerContext,
  device: Device,
  body: ScanRequest,
  seen: string | undefined,
): Promise<Passed> {
  const event = await context.catalogue.get(device.eventNumber);
  if (!event.isHere) return await context.elsewhere.scan(event, device, body, seen);
  try {
    return await decideHere(context, device, body, seen);
  } catch (error) {
    if (!(error instanceof NotAuthorityError)) throw error;
    // It has moved since this process last looked; nothing was decided.
    const moved = await context.catalogue.reload(device.eventNumber);
    return await context.elsewhere.scan(moved, device, body, seen);
  }
}

/** @throws HttpProblem; NotAuthorityError when another store decides the event */
export async function decideHere(
  context: ServerContext,
  device: Device,
  body: ScanRequest,
  seen: string | undefined,
): Promise<Passed> {
  const proof = seenOf(seen);
  const { cell } = await context.catalogue.get(device.eventNumber);
  if (proof !== null) {
    await (cell?.observe(proof) ?? context.storeState.observe(device.eventNumber, proof));
  }
  (cell?.state ?? context.storeState).servingEpoch();
  const scan = await takeScan(context, device, body);
  const { pool, self, elsewhere } = context;
  if (self !== 'hub' && (await isBeyondList(pool, device.eventNumber, scan))) {
    await elsewhere.bringList(device.eventNumber);
  }
  const text = await context.authority.scan(device.eventNumber, scan);
  return { status: 200, type: 'application/json; charset=utf-8', text };
}

async function eventOfDevice(
  { pool, catalogue }: Pick<ServerContext, 'pool' | 'catalogue'>,
  device: string,
): Promise<OpenEvent | null> {
  const { rows } = await pool.query<{ event: number }>('SELECT event FROM devices WHERE id = $1', [
    device,
  ]);
  return rows[0] === undefined ? null : await catalogue.get(rows[0].event);
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
  const isManual = scan.isManual ?? false;
  const found = (isManual ? findShortId : findCode)(scan.code, event.keyring);
  return {
    device: device.id,
    scanId: scan.scanId,
    direction: scan.direction,
    gate: device.gate,
    lane: scan.lane ?? device.lane,
    operator: scan.operator ?? null,
    scannedAt: iso(storableTime(Date.parse(scan.scannedAt))),
    isConfirmed: false,
    isManual,
    checkpoint: checkpointOf(event, device.gate),
    lookup: found.lookup,
    codeHash: found.codeHash,
  };
}

function deviceOf(principal: Principal | null): Device {
  if (principal?.kind !== 'device') throw new Error('the route’s rule lets only devices in');
  return principal;
}

function seenOf(header: string | undefined): Seen | null {
  const match = header === undefined ? null : SEEN.exec(header);
  if (match === null) return null;
  const [, epoch = '', revision = '', mark = ''] = match;
  return { epoch, revision: Number(revision), mark };
}
