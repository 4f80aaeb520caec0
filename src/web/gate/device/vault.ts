// Who this phone is, and the two keys that make it so. Neither can be taken out of this browser; when the
// enrolment ends they are destroyed, and what they sealed is noise.
import { z } from 'zod';
import { DEVICE_ROLES } from '#domain/access/device-roles.ts';
import { answered, completed, openDatabase, removeDatabase } from '#web/offline/idb.ts';
import { newDataKey } from '#web/offline/seal.ts';

const VAULT = 'kaimen-vault';
const CURRENT = 'enrolment';

const identity = z.object({
  deviceId: z.string(),
  event: z.string(),
  gate: z.string(),
  lane: z.string().nullable(),
  role: z.enum(DEVICE_ROLES),
  isPractice: z.boolean(),
  expiresAt: z.string().nullable(),
  /** Origins of the servers to ask, the one that enrolled this phone first. */
  addresses: z.array(z.string()),
});
export type DeviceIdentity = z.infer<typeof identity>;

export type Keys = {
  /** ECDSA on P-256: proves every request. */
  readonly device: CryptoKeyPair;
  /** AES-GCM: seals journal and list. */
  readonly data: CryptoKey;
};

export type Enrolment = { readonly identity: DeviceIdentity; readonly keys: Keys };

export async function newKeys(): Promise<Keys> {
  const parameters = { name: 'ECDSA', namedCurve: 'P-256' };
  const [device, data] = await Promise.all([
    crypto.subtle.generateKey(parameters, false, ['sign', 'verify']),
    newDataKey(),
  ]);
  return { device, data };
}

/** @returns null when this phone is not enrolled */
export async function loadEnrolment(): Promise<Enrolment | null> {
  const database = await open();
  try {
    const kept = await answered<{ identity: unknown; keys: Keys } | undefined>(
      database.transaction('vault').objectStore('vault').get(CURRENT),
    );
    const parsed = identity.safeParse(kept?.identity);
    return kept === undefined || !parsed.success
      ? null
      : { identity: parsed.data, keys: kept.keys };
  } finally {
    database.close();
  }
}

export async function keepEnrolment(enrolment: Enrolment): Promise<void> {
  const database = await open();
  try {
    const writing = database.transaction('vault', 'readwrite', { durability: 'strict' });
    const done = completed(writing);
    writing.objectStore('vault').put(enrolment, CURRENT);
    await done;
  } finally {
    database.close();
  }
}

export function journalName({ deviceId }: DeviceIdentity): string {
  return `kaimen-journal-${deviceId}`;
}

export function listName({ deviceId }: DeviceIdentity): string {
  return `kaimen-list-${deviceId}`;
}

/** Keys first: without them the rest says nothing, should the browser be closed in between. */
export async function destroyEnrolment(was: DeviceIdentity): Promise<void> {
  await removeDatabase(VAULT);
  await Promise.all([removeDatabase(journalName(was)), removeDatabase(listName(was))]);
}

function open(): Promise<IDBDatabase> {
  return openDatabase(VAULT, 1, (database) => database.createObjectStore('vault'));
}
