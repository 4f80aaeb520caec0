// What deciding needs of an event besides its tickets, kept in memory and read again whenever its
// fence has moved. A stale copy is harmless: a commit under an old fence is refused and decided again.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Controls } from '#domain/venue/controls.ts';
import { limitOf } from '#domain/venue/controls.ts';
import { type EventStatus, type Ground, groundOf } from '#domain/venue/match-event.ts';
import { type EventFile, matchEventOf } from '#protocol/event-file.ts';
import { unseal } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { CellSource, CellView, EventCell } from './event-cell.ts';
import type { EventKey } from './event-key.ts';
import type { Keyring } from './find-code.ts';

export type OpenEvent = {
  readonly number: number;
  readonly ground: Ground;
  readonly status: EventStatus;
  readonly entryEpoch: number;
  readonly fence: number;
  readonly controls: Controls;
  readonly keyring: Keyring;
  /** Position of each scope in the arrays of `claim_heads`. */
  readonly scopeIndex: ReadonlyMap<string, number>;
  readonly limits: readonly (number | null)[];
  readonly hasMeter: boolean;
  /** Whether this store decides its claims, and under which rung it says so. */
  readonly isHere: boolean;
  readonly rung: 'hub' | 'edge';
  /** The node that decides: `hub` or a box; null while one hands over to another. */
  readonly authority: string | null;
  readonly authorityEpoch: number;
  /** Where its claims are decided, if that is not this server's PostgreSQL. */
  readonly cell?: EventCell;
};

/** The name under which the cell stands among those that may decide an event. */
export const CELL = 'cell';

type Row = {
  number: number;
  id: string;
  file: EventFile;
  status: EventStatus;
  entry_epoch: number;
  outlines: string[];
  fence: string;
  scopes: string[];
  controls: Omit<Controls, 'status'>;
  authority: string;
  authority_epoch: number;
  handover_to: string | null;
  deciding_epoch: number | null;
};

/** `client`: whoever is in a transaction reads through it, since waiting for another connection could be for ever. */
export type Catalogue = {
  get(number: number, client?: PoolClient): Promise<OpenEvent>;
  reload(number: number, client?: PoolClient): Promise<OpenEvent>;
  /** Whether events have come since whose codes were answered `unknown`; looks once a second at most. */
  hasNewKeys(now: Instant): Promise<boolean>;
};

const LOOK_FOR_KEYS_MS = 1_000;

/**
 * @param self - the name of this node among those that may decide: `hub` or that of a box
 * @param cell - which decides events of the authority `cell`; null where this node does not reach it
 */
export function createCatalogue(
  pool: Pool,
  masterKey: Uint8Array,
  self = 'hub',
  cell: CellSource | null = null,
): Catalogue {
  const events = new Map<number, OpenEvent>();
  const keys = new Map<number, EventKey>();

  let lookedAt = 0;

  async function loadKeys(client: Pool | PoolClient): Promise<void> {
    const { rows } = await client.query<{ number: number; id: string; sealed_key: Buffer }>(
      'SELECT number, id, sealed_key FROM events ORDER BY number',
    );
    for (const { number, id, sealed_key } of rows) {
      if (keys.has(number)) continue;
      keys.set(number, {
        number,
        eventId: id,
        secret: unseal(masterKey, keyContext(id), sealed_key),
      });
    }
  }

  async function reload(number: number, client: Pool | PoolClient = pool): Promise<OpenEvent> {
    const { rows } = await client.query<Row>(LOAD, [number]);
    const row = rows[0];
    if (row === undefined) throw new Error(`event number ${number} is not in this store`);
    await loadKeys(client);
    const own = keys.get(number);
    if (own === undefined) throw new Error(`event number ${number} has no key`);
    const isInCell = row.authority === CELL && cell !== null;
    const view = isInCell ? await cell.view(number, own).catch(asAway) : null;
    const shown = view === null ? row : { ...row, ...rowOf(view) };
    const keyring = { own, byNumber: keys, outlines: new Set(shown.outlines) };
    const event = openEvent(shown, keyring, view === null ? self : CELL);
    const decided = view === null ? event : { ...event, cell: view.cell, rung: rungOf(self) };
    // A cell that does not answer is asked again at once when somebody comes.
    if (!isInCell || view !== null) events.set(number, decided);
    return decided;
  }

  return {
    reload,
    get: async (number, client) => events.get(number) ?? (await reload(number, client)),
    async hasNewKeys(now) {
      if (Math.abs(now - lookedAt) < LOOK_FOR_KEYS_MS) return false;
      lookedAt = now;
      const before = keys.size;
      await loadKeys(pool);
      return keys.size > before;
    },
  };
}

/** Binds a sealed key to its event, so that swapping two rows is noticed. */
export function keyContext(eventId: string): string {
  return `event key of ${eventId}`;
}

const LOAD = `
  SELECT e.number, e.id, e.file, e.status, e.entry_epoch, e.outlines,
         h.fence, h.scopes, c.state AS controls,
         e.authority, e.authority_epoch, e.handover_to, h.deciding_epoch
  FROM events e
  JOIN claim_heads h ON h.event = e.number
  JOIN controls c ON c.event = e.number
  WHERE e.number = $1`;

function asAway(error: unknown): null {
  if (error instanceof HttpProblem) return null;
  throw error;
}

/** What the cell says goes before this store's copy. */
function rowOf(view: CellView): Partial<Row> {
  const { file, status, entryEpoch, outlines, scopes, controls, decides, fence } = view;
  return {
    file,
    status,
    entry_epoch: entryEpoch,
    outlines: [...outlines],
    scopes: [...scopes],
    controls,
    deciding_epoch: decides,
    fence: String(fence),
  };
}

function rungOf(self: string): 'hub' | 'edge' {
  return self === 'hub' ? 'hub' : 'edge';
}

function openEvent(row: Row, keyring: Keyring, self: string): OpenEvent {
  const ground = groundOf(matchEventOf(row.file));
  const controls = { ...row.controls, status: row.status };
  return {
    number: row.number,
    ground,
    status: row.status,
    entryEpoch: row.entry_epoch,
    fence: Number(row.fence),
    controls,
    keyring,
    scopeIndex: new Map(row.scopes.map((scope, index) => [scope, index])),
    limits: row.scopes.map((scope) =>
      scope.startsWith('gate/') ? null : limitOf(ground, controls, scope),
    ),
    hasMeter: controls.holds.some((hold) => hold.kind === 'meter'),
    isHere: isDecidedBy(row, self),
    rung: rungOf(self),
    authority: row.handover_to === null ? row.authority : null,
    authorityEpoch: row.authority_epoch,
  };
}

/** Named, and having taken over: the store holds all that was decided before. */
function isDecidedBy(row: Row, self: string): boolean {
  const hasTakenOver = row.deciding_epoch === row.authority_epoch;
  return hasTakenOver && row.authority === self && row.handover_to === null;
}

/** A gate that a corrected file no longer names keeps the outermost perimeter. */
export function checkpointOf(event: OpenEvent, gate: string): string {
  const known = event.ground.gates.get(gate)?.checkpoint;
  return known ?? event.ground.event.checkpoints[0]?.id ?? 'turnstile';
}
