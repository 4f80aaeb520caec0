// `POST /enrolment`: the one address besides health that takes no token. What it takes is the secret of an
// offer, and a proof by the key that shall become a device.
import type { FastifyInstance } from 'fastify';
import { type Enrolled, enrolled, enrolmentRequest } from '#protocol/enrolment.ts';
import { checkpointOf } from '#server/entry/catalogue.ts';
import { iso } from '#server/platform/clock.ts';
import { proofOf } from '#server/platform/http/body-proof.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { enrolPhone } from './enrol-phone.ts';
import { findOperator } from './people.ts';

export function addEnrolmentRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/enrolment',
    rule: { allow: 'public' },
    priority: 'control',
    summary: 'Take up an offer with a key of one’s own; proven by that key',
    tag: 'access',
    body: enrolmentRequest,
    answer: enrolled,
    bodyBytesMax: 4 * 1024,
    handle: async ({ body, request }) => {
      const proof = proofOf(request);
      if (proof === null) {
        throw new HttpProblem('unauthenticated', {
          detail: 'this request is not proven by a key',
          mend: 'send “Authorization: Kaimen-Proof …” as docs/protocol/enrolment.md describes',
        });
      }
      context.storeState.servingEpoch();
      const { method, url } = request;
      const { key } = context.access.proofs.proveNew({ method, target: url }, proof);
      const { secret, label = null } = body;
      const { deviceId } = await enrolPhone(context, { secret, key, label });
      return await enrolledAnswer(context, deviceId);
    },
  });
}

async function enrolledAnswer(context: ServerContext, deviceId: string): Promise<Enrolled> {
  const { rows } = await context.pool.query<{ expires_at: Date | null; replaces: string | null }>(
    'SELECT expires_at, replaces FROM devices WHERE id = $1',
    [deviceId],
  );
  const holder = await context.access.holderOf(deviceId);
  if (holder === null) throw new Error('a device that was just enrolled is there');
  const { device } = holder;
  const event = await context.catalogue.get(device.eventNumber);
  const { expires_at: expiresAt = null, replaces = null } = rows[0] ?? {};
  return {
    deviceId,
    event: device.eventId,
    gate: device.gate,
    lane: device.lane,
    role: device.role,
    isPractice: device.isPractice,
    checkpoint: checkpointOf(event, device.gate),
    expiresAt: expiresAt === null ? null : iso(expiresAt.getTime()),
    serverTime: iso(context.now()),
    storeEpoch: context.storeState.current().epoch,
    replaces,
    operator:
      device.operator === null
        ? null
        : await findOperator(context.pool, device.eventNumber, device.operator),
  };
}
