// Passkeys of this device: the browser does the work, the server decides.
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import type { SessionView } from '#protocol/accounts.ts';
import { ask } from '../api.ts';

/** Not at an address of numbers, which has no name to bind a passkey to. */
export function canUsePasskeys(): boolean {
  return browserSupportsWebAuthn() && !/^[\d.]+$|^\[/.test(location.hostname);
}

export async function signInWithPasskey(): Promise<SessionView> {
  const { challenge, options } = await ask<{
    challenge: string;
    options: PublicKeyCredentialRequestOptionsJSON;
  }>('/session/passkey/options', { method: 'POST' });
  const response = await startAuthentication({ optionsJSON: options });
  return await ask<SessionView>('/session/passkey', { body: { challenge, response } });
}

export type OwnPasskeys = {
  readonly passkeys: readonly {
    readonly id: string;
    readonly label: string;
    readonly createdAt: string;
    readonly lastUsedAt: string | null;
  }[];
};

export async function addPasskey(label: string): Promise<OwnPasskeys> {
  const { challenge, options } = await ask<{
    challenge: string;
    options: PublicKeyCredentialCreationOptionsJSON;
  }>('/session/passkeys/options', { method: 'POST' });
  const response = await startRegistration({ optionsJSON: options });
  return await ask<OwnPasskeys>('/session/passkeys', { body: { challenge, response, label } });
}
