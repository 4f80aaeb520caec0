// From offer to device, in one transaction: the offer is used up, the device that it replaces is ended,
// whoever stood there goes on, and the act is in the audit.
import type { PoolClient } from 'pg';
import type { ProofKey } from '#protocol/proof.ts';
import { appendAct } from '#server/platform/audit-chain.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { endDevice, insertDevice } from './device-store.ts';
import {
  lockOffer,
  markUsed,
  type OfferRow,
  type OfferState,
  stateOf,
  thumbprintOf,
} from './offers.ts';
import { beginShift, endShift } from './shifts.ts';

export type PhoneEnrolled = { readonly deviceId: string; readonly offer: OfferRow };

/** @throws HttpProblem `not-found`, `offer-void`, `conflict` */
export async function enrolPhone(
  context: ServerContext,
  phone: { readonly secret: string; readonly key: ProofKey; readonly label: string | null },
): Promise<PhoneEnrolled> {
  const enrolled = await inTransaction(context.pool, async (client) => {
    const offer = await lockOffer(client, phone.secret);
    if (offer === null) {
      throw new HttpProblem('not-found', {
        detail: 'there is no such offer',
        mend: 'scan the supervisor’s code again, or ask for a new one',
      });
    }
    const thumbprint = thumbprintOf(phone.key);
    // Its answer was lost: the same phone is told again.
    if (offer.key === thumbprint && offer.device !== null) return { deviceId: offer.device, offer };
    const state = stateOf(offer, context.now());
    if (state !== 'open') throw offerVoid(state);
    await refuseUsedKey(client, phone.key);
    const deviceId = await takeUp(context, client, offer, phone);
    await markUsed(client, offer.id, { device: deviceId, key: thumbprint, at: context.now() });
    return { deviceId, offer };
  });
  context.access.committed();
  context.bus.emit('notices', enrolled.offer.event);
  return enrolled;
}

async function takeUp(
  context: ServerContext,
  client: PoolClient,
  offer: OfferRow,
  { key, label }: { readonly key: ProofKey; readonly label: string | null },
): Promise<string> {
  const at = context.now();
  const { event, gate, lane, role, replaces, operator } = offer;
  const deviceId = await insertDevice(
    client,
    {
      event,
      gate,
      lane,
      role,
      replaces,
      label,
      isPractice: offer.is_practice,
      enrolledBy: offer.made_by,
      expiresAt: offer.device_expires_at.getTime() as typeof at,
      proof: { key },
    },
    at,
  );
  if (replaces !== null) {
    // The phone itself offered its lane, or control did because it had died.
    const endedBy = offer.made_by === replaces ? 'handed-over' : 'replaced';
    const stood = await endShift(client, replaces, endedBy, at);
    await endDevice(client, replaces, 'replaced', at);
    const goesOn = operator !== null && operator === stood;
    if (goesOn) await beginShift(client, { id: deviceId, event, gate, lane }, operator, at);
  }
  await context.access.raise(client);
  const detail = { gate, lane, role, offer: offer.id, replaces, isPractice: offer.is_practice };
  await appendAct(client, context.node, at, {
    actor: offer.made_by,
    act: 'device.enrolled',
    subject: deviceId,
    detail,
  });
  return deviceId;
}

/** A key is made for one enrolment: one that comes again is a copy, or an app that forgot to wipe. */
async function refuseUsedKey(client: PoolClient, key: ProofKey): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM devices WHERE public_key ->> 'x' = $1 LIMIT 1`,
    [key.x],
  );
  if (rowCount === 0) return;
  throw new HttpProblem('conflict', {
    detail: 'this key was enrolled before',
    mend: 'make a new key for each enrolment',
  });
}

const VOID: Readonly<Record<Exclude<OfferState, 'open'>, string>> = {
  used: 'used: another phone has taken it up',
  withdrawn: 'withdrawn: whoever made it took it back',
  expired: 'expired: it is good for a few minutes only',
};

function offerVoid(state: Exclude<OfferState, 'open'>): HttpProblem {
  return new HttpProblem('offer-void', {
    detail: VOID[state],
    mend: 'ask the supervisor for a new code',
    more: { why: state },
  });
}
