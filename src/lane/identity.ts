// Who stands at an address: a box or the hub, and whether it is ours. The name of the hub that has once
// known this device is kept: another club's server at the same address is told apart by it.
import type { Tier } from '#domain/sync/asking.ts';
import { health } from '#protocol/health.ts';
import type { Journal } from './journal.ts';
import type { Transport } from './ports.ts';
import { replyOf, requireOk } from './replies.ts';

export type Standing = { readonly tier: Tier; readonly isOurs: boolean };

export type Identity = {
  /** As last known; the hub, where nobody has said otherwise. */
  tierOf(address: string): Tier;
  /** Asks the address itself. @throws when nobody answers, or nobody of our kind */
  ask(address: string, signal: AbortSignal): Promise<Standing>;
  /** This address has answered a request that only a device of ours may make. */
  hasKnownUs(address: string): Promise<void>;
  /** Whether a 401 from there means that this device is revoked. */
  believesRefusal(address: string, signal: AbortSignal): Promise<boolean>;
};

export function createIdentity(journal: Journal, transport: Transport): Identity {
  const standing = new Map<string, { tier: Tier; store: string | null }>(
    JSON.parse(journal.meta('standing') ?? '[]'),
  );
  const knownAt = new Set<string>(JSON.parse(journal.meta('knownAt') ?? '[]'));

  async function pin(store: string | null): Promise<void> {
    if (store !== null && journal.meta('store') === null) await journal.put({ store });
  }

  async function ask(address: string, signal: AbortSignal): Promise<Standing> {
    const request = { method: 'GET', path: '/healthz', json: null, headers: {}, signal } as const;
    const { body } = requireOk(replyOf(await transport.send(address, request)));
    const { role, store = null } = health.parse(body);
    const tier = role === 'edge' ? 'edge' : 'hub';
    const before = standing.get(address);
    standing.set(address, { tier, store });
    if (before?.tier !== tier || before.store !== store) {
      await journal.put({ standing: JSON.stringify([...standing]) });
    }
    if (knownAt.has(address)) await pin(store);
    const pinned = journal.meta('store');
    return { tier, isOurs: pinned === null || store === null || store === pinned };
  }

  return {
    tierOf: (address) => standing.get(address)?.tier ?? 'hub',
    ask,
    async hasKnownUs(address) {
      await pin(standing.get(address)?.store ?? null);
      if (knownAt.has(address)) return;
      knownAt.add(address);
      await journal.put({ knownAt: JSON.stringify([...knownAt]) });
    },
    async believesRefusal(address, signal) {
      // Who cannot say who they are cannot revoke; a box may not have heard of this device yet.
      const { tier, isOurs } = await ask(address, signal);
      return isOurs && (tier === 'hub' || knownAt.has(address));
    },
  };
}
