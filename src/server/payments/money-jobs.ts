// What orders want done about money, as jobs for providers. Also for acts of orders that no payment led to: a
// cancellation, an order that lapsed.

import { hash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { encodeBase32 } from '#domain/credentials/base32.ts';
import { type NewJob, postJobs } from './job-store.ts';
import type { MoneyEffect } from './orders-seam.ts';

/** Posts what an order decided about its money, in the transaction in which it was decided. */
export async function postMoney(
  client: PoolClient,
  effects: readonly MoneyEffect[],
): Promise<void> {
  await postJobs(
    client,
    effects.map((effect) => jobOf(effect, '')),
  );
}

/** @param charge - that of the fact it followed from; empty: the one that there is */
export function jobOf(effect: MoneyEffect, charge: string): NewJob {
  const { payment } = effect;
  const job = { payment, returnKey: null, toMember: null, dueInMs: 0 };
  switch (effect.kind) {
    case 'capture': {
      const { amountMinor } = effect;
      return { ...job, kind: 'capture', charge, amountMinor, key: keyOf('c', payment, charge) };
    }
    case 'void':
      return { ...job, kind: 'void', charge: '', amountMinor: 0, key: keyOf('v', payment, '') };
    case 'refund': {
      const { key, amountMinor, toMember } = effect;
      const returned = { ...job, charge: chargeOf(payment, key), amountMinor, toMember };
      return { ...returned, kind: 'refund', key: keyOf('r', payment, key), returnKey: key };
    }
    default:
      return effect satisfies never;
  }
}

/** Providers allow few characters and not many of them; the same thing has the same key for ever. */
export function keyOf(kind: string, payment: string, what: string): string {
  const digest = hash('sha256', `${kind}\n${payment}\n${what}`, 'buffer');
  return `${kind}-${encodeBase32(digest.subarray(0, KEY_BYTES)).toLowerCase()}`;
}

const KEY_BYTES = 20;

/** Orders name what was captured for nothing by its charge. */
function chargeOf(payment: string, returnKey: string): string {
  const prefix = `return:${payment}:`;
  return returnKey.startsWith(prefix) ? returnKey.slice(prefix.length) : '';
}
