// One-time codes (RFC 6238: SHA-1, six digits, 30 seconds, as authenticators expect them) and the
// recovery codes for the day the phone with them is lost.

import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { encodeBase32 } from '#domain/credentials/base32.ts';
import type { Instant } from '#domain/kernel/instant.ts';

const SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** Codes of the step before and after are taken too: clocks differ. */
const STEPS_APART_MAX = 1;
export const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 10;

export function newTotpSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES);
}

/** What an authenticator reads as a QR code, and the same secret to be typed. */
export function totpShown(secret: Uint8Array, login: string): { otpauth: string; secret: string } {
  const totp = totpOf(secret, login);
  return { otpauth: totp.toString(), secret: totp.secret.base32 };
}

/** @returns the time step whose code this is; null when it is none of the present moment's */
export function stepOf(secret: Uint8Array, code: string, now: Instant): number | null {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const apart = totpOf(secret, '').validate({ token, timestamp: now, window: STEPS_APART_MAX });
  return apart === null ? null : Math.floor(now / 1_000 / PERIOD_SECONDS) + apart;
}

export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = encodeBase32(randomBytes(RECOVERY_BYTES)).toLowerCase();
    return letters.match(/.{4}/g)?.join('-') ?? letters;
  });
}

/** As it is typed: capitals, spaces and missing hyphens do not matter. Null when it cannot be one. */
export function recoveryCodeRead(text: string): string | null {
  const letters = text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return /^[a-z2-7]{16}$/.test(letters) ? letters : null;
}

function totpOf(secret: Uint8Array, label: string): TOTP {
  return new TOTP({
    issuer: 'Kaimen',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
  });
}
