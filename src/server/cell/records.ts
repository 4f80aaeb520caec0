// What stands in the cell, key by key. Everything of an event lies under one prefix, so that it is read, watched
// and cleared away together:
//   PREFIX/e/7/head                     what scans are decided on besides tickets; its revision is the fence
//   PREFIX/e/7/t/4711                   a ticket as it stands
//   PREFIX/e/7/m/9f3c…                  an imported code, card or document, by its hash
//   PREFIX/e/7/c/1/turnstile/4711       the claim of a ticket: entry epoch, checkpoint, serial
//   PREFIX/e/7/s/DEVICE/SCAN            a verdict, stored before it is answered
//   PREFIX/e/7/x/DEVICE/SCAN            people counted without a ticket
//   PREFIX/e/7/pulse                    written with whatever moves people: how stale a count can be
import type { Crossing } from '#domain/entry/crossings.ts';
import type { EventStatus } from '#domain/venue/match-event.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { ScanRecord } from '#server/entry/claim-store.ts';
import type { TicketRow } from '#server/entry/ticket-row.ts';
import type { StoredControls } from '#server/venue/store.ts';
import type { Kv } from './wire.ts';

/** Scans of one transaction share its revision in etcd, and are numbered within. */
export const NUMBERS_PER_REVISION = 1_024;

export type Head = {
  readonly v: 1;
  /** Name of this claim store, as lanes remember it. */
  readonly epoch: string;
  /** Decisions made elsewhere before the cell took over are numbered up to here. */
  readonly base: number;
  /** The epoch of authority under which it decides; null: not yet, or no longer. */
  readonly decides: number | null;
  readonly why: string | null;
  readonly file: EventFile;
  readonly status: EventStatus;
  readonly entryEpoch: number;
  readonly outlines: readonly string[];
  readonly scopes: readonly string[];
  readonly controls: StoredControls;
  /** How far the hub has fed it: fence and list of its store. */
  readonly fed: { readonly fence: number; readonly list: string };
  /** Who is writing what was decided before into it; others leave it alone for a while. */
  readonly loading?: { readonly by: string; readonly at: number };
  /** By box: the last change of controls that was made there. */
  readonly changes: Readonly<Record<string, number>>;
};

export type People = Readonly<Record<string, number>>;

export type ClaimValue = {
  readonly crossings: readonly Crossing[];
  /** Inside by this ticket, in each scope. */
  readonly people: People;
  /** Number of its last scan within its revision. */
  readonly i: number;
};

export type ScanValue = Omit<ScanRecord, 'people' | 'basis'> & {
  readonly entry_epoch: number;
  readonly i: number;
  /** Of one that was written again since: the number it had. */
  readonly revision?: number;
  readonly annulled_at?: string;
  /** Of an entry that meters count: the minute of the clock, and the scopes. */
  readonly minute?: number;
  readonly scopes?: readonly string[];
};

export type CountValue = { readonly people: People; readonly i: number };

/** A ticket as PostgreSQL writes its row in JSON. */
export type TicketValue = Omit<TicketRow, 'valid_from' | 'valid_until'> & {
  readonly valid_from: string | null;
  readonly valid_until: string | null;
};

export type MediumValue = { readonly serial: number; readonly isCurrent: boolean };

export type Place = {
  readonly entryEpoch: number;
  readonly checkpoint: string;
  readonly serial: number;
};

export class EventKeys {
  readonly root: string;
  readonly head: string;
  readonly pulse: string;

  constructor(prefix: string, event: number) {
    this.root = `${prefix}/e/${event}/`;
    this.head = `${this.root}head`;
    this.pulse = `${this.root}pulse`;
  }

  ticket(serial: number): string {
    return `${this.root}t/${serial}`;
  }

  medium(hash: string): string {
    return `${this.root}m/${hash}`;
  }

  claim({ entryEpoch, checkpoint, serial }: Place): string {
    return `${this.root}c/${entryEpoch}/${checkpoint}/${serial}`;
  }

  scan(device: string, scanId: string): string {
    return `${this.root}s/${device}/${scanId}`;
  }

  count(device: string, scanId: string): string {
    return `${this.root}x/${device}/${scanId}`;
  }
}

export type Parsed =
  | { readonly kind: 'head' | 'pulse' | 't' | 'm' | 's' | 'x' }
  | ({ readonly kind: 'c' } & Place);

/** @returns null for what is not ours */
export function parseKey(
  prefix: string,
  key: string,
): { readonly event: number; readonly what: Parsed } | null {
  if (!key.startsWith(`${prefix}/e/`)) return null;
  const [event = '', kind = '', ...rest] = key.slice(prefix.length + 3).split('/');
  const number = Number(event);
  if (!Number.isInteger(number)) return null;
  switch (kind) {
    case 'head':
    case 'pulse':
    case 't':
    case 'm':
    case 's':
    case 'x':
      return { event: number, what: { kind } };
    case 'c': {
      const [entryEpoch = '', checkpoint = '', serial = ''] = rest;
      const place = { entryEpoch: Number(entryEpoch), checkpoint, serial: Number(serial) };
      return { event: number, what: { kind, ...place } };
    }
    default:
      return null;
  }
}

export function readValue<T>(kv: Kv): T {
  return JSON.parse(kv.value) as T;
}

/** The number that answers carry: later in the cell is higher. */
export function numberOf(head: Pick<Head, 'base'>, revision: string | number, i: number): number {
  return head.base + Number(revision) * NUMBERS_PER_REVISION + i;
}

/** The revision of etcd up to which a number reaches. */
export function revisionUpTo(head: Pick<Head, 'base'>, number: number): number {
  return Math.floor((number - head.base) / NUMBERS_PER_REVISION);
}

export function addPeople(to: Map<string, number>, people: People, sign: 1 | -1): void {
  for (const [scope, n] of Object.entries(people)) to.set(scope, (to.get(scope) ?? 0) + sign * n);
}

export function peopleOf(scopes: readonly string[], inside: number): People {
  return inside === 0 ? {} : Object.fromEntries(scopes.map((scope) => [scope, inside]));
}

export function plusPeople(a: People, b: People): People {
  const sum = new Map(Object.entries(a));
  addPeople(sum, b, 1);
  return Object.fromEntries([...sum].filter(([, n]) => n !== 0));
}

export function scanNumber(
  base: number,
  value: Pick<ScanValue, 'i' | 'revision'>,
  modRevision: number,
): number {
  return value.revision ?? numberOf({ base }, modRevision, value.i + 1);
}

export function ticketRowOf(value: TicketValue): TicketRow {
  const dateOf = (text: string | null) => (text === null ? null : new Date(text));
  return {
    ...value,
    valid_from: dateOf(value.valid_from),
    valid_until: dateOf(value.valid_until),
  };
}

export function inChunks<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(all.slice(at, at + size));
  return chunks;
}
