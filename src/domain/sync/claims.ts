// Everyone's crossings as they travel to lanes: small enough that a whole ground fits into a megabyte.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Heard, HeardClaim } from './heard.ts';

/** Names that rows of a page point into, and the moment from which they count. */
export type ClaimNames = {
  readonly base: number;
  readonly gates: readonly string[];
  readonly checkpoints: readonly string[];
};

/** How far somebody has heard: revisions count on from epoch to epoch. */
export type ClaimsCursor = { readonly epoch: string; readonly revision: number };

/** @returns null for what is no cursor */
export function parseClaimsCursor(text: string): ClaimsCursor | null {
  const [, epoch = '', revision = ''] = /^([a-z0-9.]{1,60}):(\d{1,15})$/.exec(text) ?? [];
  return epoch === '' ? null : { epoch, revision: Number(revision) };
}

/** Epoch of the store whose revisions these are, as answers name it. */
export function storeOf({ epoch }: ClaimsCursor): string {
  return epoch.split('.')[0] ?? '';
}

export function packClaim(
  serial: number,
  checkpoint: string,
  crossings: readonly Crossing[],
  { base, gates, checkpoints }: ClaimNames,
): number[] {
  const row = [serial, checkpoints.indexOf(checkpoint)];
  for (const { at, gate, direction, isExact, annulledAt } of crossings) {
    if (annulledAt !== null) continue;
    const flags = (isExact ? 0 : 2) + (direction === 'out' ? 1 : 0);
    row.push(at - base, 4 * gates.indexOf(gate) + flags);
  }
  return row;
}

/** @returns null for a row that this version cannot read: it is of a newer one */
export function unpackClaim(
  row: readonly number[],
  { base, gates, checkpoints }: ClaimNames,
): HeardClaim | null {
  const [serial = 0, place = -1, ...rest] = row;
  const checkpoint = checkpoints[place];
  if (checkpoint === undefined || rest.length % 2 !== 0) return null;
  const crossings: Heard[] = [];
  for (let index = 0; index < rest.length; index += 2) {
    const what = rest[index + 1] ?? -1;
    const gate = gates[Math.floor(what / 4)];
    if (gate === undefined) return null;
    const at = (base + (rest[index] ?? 0)) as Instant;
    const direction = what % 2 === 1 ? 'out' : 'in';
    crossings.push({ serial, direction, at, gate, checkpoint, isExact: what % 4 < 2 });
  }
  return { serial, checkpoint, crossings };
}
