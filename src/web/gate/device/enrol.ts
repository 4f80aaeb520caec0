// A code is exchanged for an enrolment: the phone makes its keys, proves the public one, and keeps both.
import { z } from 'zod';
import { enrolled } from '#protocol/enrolment.ts';
import { DeviceApi } from './device-api.ts';
import { createProvenTransport, publicKeyOf } from './proven-transport.ts';
import { type Enrolment, type Keys, keepEnrolment, newKeys } from './vault.ts';

/** Made before the offer is used: an answer that was lost is asked for again with the same key. */
let keys: Promise<Keys> | null = null;

/** @throws Refused `not-found`, `offer-void`; Unreachable: the same code can be tried again */
export async function enrol(origin: string, secret: string): Promise<Enrolment> {
  keys ??= newKeys();
  const own = await keys;
  const transport = createProvenTransport(own.device, { key: await publicKeyOf(own.device) });
  const api = new DeviceApi(transport, () => [origin]);
  const body = { secret, label: phoneName(navigator.userAgent) };
  const answer = await api.ask('POST', '/api/v1/enrolment', body, enrolled);
  const { deviceId, event, gate, lane, role, isPractice, expiresAt } = answer;
  const identity = { deviceId, event, gate, lane, role, isPractice, expiresAt };
  const addresses = [origin];
  const enrolment = { identity: { ...identity, addresses }, keys: own };
  await keepEnrolment(enrolment);
  keys = null;
  return (await withAllAddresses(enrolment)) ?? enrolment;
}

const others = z.object({ addresses: z.array(z.string()) });

/**
 * Those that this phone knows, and those that the first to answer names besides. None is dropped: who has gone
 * does not answer, and another club's server is not believed.
 *
 * @returns the same when there is nothing new; null when nobody could tell
 */
export async function withAllAddresses(enrolment: Enrolment): Promise<Enrolment | null> {
  const { identity, keys: own } = enrolment;
  const transport = createProvenTransport(own.device, { deviceId: identity.deviceId });
  try {
    const api = new DeviceApi(transport, () => identity.addresses);
    const { addresses } = await api.ask('GET', '/api/v1/device/addresses', null, others);
    const known = new Set([location.origin, ...identity.addresses]);
    const all = [...new Set([...known, ...addresses.filter(isSafe)])];
    if (all.length === identity.addresses.length) return enrolment;
    const changed = { ...enrolment, identity: { ...identity, addresses: all } };
    await keepEnrolment(changed);
    return changed;
  } catch {
    return null;
  }
}

/** The content policy lets the app ask these and no others. */
function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost';
}

/** Enough for a supervisor to tell two phones apart; nothing that follows a person around. */
export function phoneName(userAgent: string): string {
  const system =
    /iPhone|iPad/.exec(userAgent)?.[0] ??
    (userAgent.includes('Android') ? 'Android' : null) ??
    /Windows|Mac OS|Linux/.exec(userAgent)?.[0] ??
    'phone';
  const model = /Android [\d.]+; ([^;)]{1,30})/.exec(userAgent)?.[1] ?? '';
  const browser = /(Firefox|Edg|SamsungBrowser|Chrome|Safari)/.exec(userAgent)?.[1] ?? '';
  return [system, model, browser].filter((part) => part !== '').join(' ');
}
