// Whether an address is back: it says who it is, that it can decide, and that it knows this device. A
// portal that answers everything with its own page passes none of the three.
import type { Standing } from './identity.ts';
import { Revoked, requireOk } from './replies.ts';
import { learnSelf, type SelfDeps } from './self.ts';

const READY = '/readyz';
const SELF = '/api/v1/device';

export type ProbeDeps = SelfDeps & {
  readonly onIdentified: (address: string, standing: Standing) => void;
  readonly onRevoked: () => void;
};

/** @throws why this address is not to be asked */
export async function probe(deps: ProbeDeps, address: string, signal: AbortSignal): Promise<void> {
  const { hub, identity, clock } = deps;
  const standing = await identity.ask(address, signal);
  deps.onIdentified(address, standing);
  if (!standing.isOurs) throw new Error('another server stands at this address');
  requireOk(await hub.send(address, { path: READY }, signal));
  const askedMs = clock.monotonicMs();
  try {
    const reply = requireOk(await hub.send(address, { path: SELF }, signal));
    await learnSelf(deps, reply.body, address, askedMs);
  } catch (error) {
    if (error instanceof Revoked && (await hub.isRevokedBy(address, signal))) deps.onRevoked();
    throw error;
  }
}
