// Who asks, at a node that may know less than the lanes do: put back from a copy, or a box that has not heard yet.
import type { FastifyRequest } from 'fastify';
import { DEVICE_PREFIX } from './access/store.ts';
import { SESSION_PREFIX } from './accounts/session-store.ts';
import type { NodeWatch } from './edge/run-nodes.ts';
import { HttpProblem } from './platform/http/problem.ts';
import type { Principal } from './platform/principal.ts';
import type { ServerContext } from './server-context.ts';

/**
 * A store that is older than what lanes have seen may have lost their enrolment too: it does not tell
 * them that they are revoked, or they would stop for good.
 *
 * @throws HttpProblem `store-behind` for an unknown device's token while the store is being rebuilt;
 *   `unavailable` at a box that may not have heard of it yet
 */
export async function authenticate(
  context: ServerContext,
  watch: NodeWatch,
  token: string,
  isAttended: boolean,
): Promise<Principal | null> {
  const principal = await context.access.authenticate(token);
  if (isAttended && principal !== null && token.startsWith(SESSION_PREFIX)) {
    context.access.sessions.touch(principal.id);
  }
  if (principal === null && token.startsWith(DEVICE_PREFIX)) {
    context.storeState.servingEpoch();
    if (watch.mayBeNew(token)) throw notHeardOf();
  }
  return principal;
}

/** @throws HttpProblem as {@link authenticate}, and for a proof that is not good for this request */
export async function prove(
  context: ServerContext,
  watch: NodeWatch,
  { method, url }: FastifyRequest,
  proof: string,
): Promise<Principal | null> {
  const device = await context.access.proofs.prove({ method, target: url }, proof);
  if (device === null) {
    context.storeState.servingEpoch();
    // Its head names the key; everything after it is another one with each request.
    if (watch.mayBeNew(proof.split('.', 1)[0] ?? '')) throw notHeardOf();
  }
  return device;
}

/** A box has not heard of it yet: sent away as unknown, a lane would stop for good. */
function notHeardOf(): HttpProblem {
  return new HttpProblem('unavailable', {
    detail: 'this box has not heard of this device yet',
    mend: 'send the same request again in a moment, or to the hub',
    retryAfterSeconds: 1,
  });
}
