// Who am I, and what time is it? Also the last question of a probe: whoever knows this device is ours.
import { parseInstant } from '#domain/kernel/instant.ts';
import { type DeviceSelf, deviceSelf } from '#protocol/access.ts';
import type { Hub } from './hub.ts';
import type { Identity } from './identity.ts';
import type { Knowledge } from './knowledge.ts';
import type { LaneClock } from './lane-clock.ts';
import { Refusal, Revoked } from './replies.ts';

const PATH = '/api/v1/device';
const REQUEST_TIMEOUT_MS = 5_000;
const FORBIDDEN = 403;

export type SelfDeps = {
  readonly hub: Hub;
  readonly identity: Identity;
  readonly knowledge: Knowledge;
  readonly clock: LaneClock;
};

/** @throws Revoked, also for the token of a person or of another service: it can never admit anybody */
export async function refreshSelf(deps: SelfDeps, stop: AbortSignal): Promise<DeviceSelf> {
  const { hub, clock } = deps;
  const askedMs = clock.monotonicMs();
  try {
    return await hub.first({ path: PATH }, REQUEST_TIMEOUT_MS, stop, (body, base) =>
      learnSelf(deps, body, base, askedMs),
    );
  } catch (error) {
    if (error instanceof Refusal && error.status === FORBIDDEN) throw new Revoked(error.message);
    throw error;
  }
}

/** @throws when what is told is of another device or match than this lane's */
export async function learnSelf(
  { identity, knowledge, clock }: SelfDeps,
  body: unknown,
  base: string,
  askedMs: number,
): Promise<DeviceSelf> {
  const self = deviceSelf.parse(body);
  const serverTime = parseInstant(self.serverTime);
  if (serverTime !== null) clock.heard(serverTime, askedMs);
  await identity.hasKnownUs(base);
  return await knowledge.learnSelf(body);
}
