// A code is exchanged for an enrolment: the phone makes its keys, proves the public one, and keeps both.
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
  const api = new DeviceApi(transport, [origin]);
  const body = { secret, label: phoneName(navigator.userAgent) };
  const answer = await api.ask('POST', '/api/v1/enrolment', body, enrolled);
  const { deviceId, event, gate, lane, role, isPractice, expiresAt } = answer;
  const identity = { deviceId, event, gate, lane, role, isPractice, expiresAt };
  const enrolment = { identity: { ...identity, addresses: [origin] }, keys: own };
  await keepEnrolment(enrolment);
  keys = null;
  return enrolment;
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
