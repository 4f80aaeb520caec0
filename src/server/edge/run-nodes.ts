// This node among the others: what it decides, what it passes on, and, if it is a box, its hub.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { CELL } from '#server/entry/catalogue.ts';
import { storeName } from '#server/entry/store-name.ts';
import type { CorrectedClock } from '#server/platform/corrected-clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { ServerContext } from '#server/server-context.ts';
import { Box } from './box.ts';
import { hubSecret } from './hub-secret.ts';
import type { Identity } from './identity.ts';
import { createNodes, type Nodes } from './nodes.ts';
import { relayJournals } from './relay.ts';
import { Strangers } from './strangers.ts';

const WATCH_EVERY_MS = 500;
const RELAY_EVERY_MS = 1_000;

export function nodesOf(
  pool: Pool,
  masterKey: Uint8Array,
  options: {
    readonly identity: Identity | null;
    readonly hubAddress: string | null;
    readonly ca: string | null;
  },
): Nodes {
  const { identity, hubAddress, ca } = options;
  return createNodes(pool, {
    self: identity?.name ?? 'hub',
    token: identity?.token ?? hubSecret(masterKey),
    hubAddress,
    ca,
  });
}

export type NodeWatch = {
  /** Events that this node decides, by id. */
  decides(): readonly string[];
  /** Name of the hub whose tickets these are; null at a box that has not heard it yet. */
  hubName(): string | null;
  /** False while an open event's authority is out of reach: lanes had better ask elsewhere. */
  canDecide(): boolean;
  /** Of a device that nobody here knows: whether the hub may know it by now. */
  mayBeNew(credential: string): boolean;
  /** Resolves when everything has come to rest, after the server began to stop. */
  stopped(): Promise<void>;
};

export function runNodes(context: ServerContext, nodes: Nodes, clock: CorrectedClock): NodeWatch {
  const state: Watched = { decides: [], elsewhere: [], hubName: null };
  const known = new Map<number, boolean>();
  const { log } = context;
  const running = [
    loop(context, WATCH_EVERY_MS, async () => {
      Object.assign(state, await watch(context, known));
      await nodes.refresh();
    }),
    loop(context, RELAY_EVERY_MS, () => relayToAuthorities(context.pool, nodes, log)),
  ];
  const strangers = new Strangers();
  if (nodes.hub !== null) {
    const box = new Box(context, nodes, nodes.hub, clock, strangers);
    nodes.box = box;
    running.push(box.run());
  }
  return {
    decides: () => state.decides,
    hubName: () => (nodes.hub === null ? storeName(context.masterKey) : state.hubName),
    canDecide: () =>
      !state.elsewhere.some(
        (authority) => isOwnCell(context, authority) || nodes.isCutOff(authority),
      ),
    mayBeNew: (credential) => nodes.hub !== null && strangers.mayBeNew(credential),
    async stopped() {
      await Promise.all(running);
      nodes.close();
    },
  };
}

type Watched = {
  /** Events that are decided here, and the authorities of open ones that are not. */
  decides: readonly string[];
  elsewhere: readonly string[];
  hubName: string | null;
};

/** Another node of this hub may have moved an event: a copy in memory that says otherwise is read anew. */
async function watch(context: ServerContext, known: Map<number, boolean>): Promise<Watched> {
  const { pool, catalogue, bus, self, cell } = context;
  const found = await pool.query<{
    number: number;
    id: string;
    authority: string;
    is_open: boolean;
    decides: boolean;
  }>(
    `SELECT e.number, e.id, e.authority, e.status = 'open' AS is_open, e.authority = $1 AND e.handover_to IS NULL
       AND h.deciding_epoch IS NOT DISTINCT FROM e.authority_epoch AS decides
     FROM events e JOIN claim_heads h ON h.event = e.number WHERE e.status <> 'archived'`,
    [self],
  );
  // While the cell answers, every node that reaches it decides.
  const rows = found.rows.map((row) =>
    isOwnCell(context, row.authority) ? { ...row, decides: cell?.isAway === false } : row,
  );
  for (const { number, decides } of rows) {
    const before = known.get(number);
    known.set(number, decides);
    if (before === undefined || before === decides) continue;
    await catalogue.reload(number);
    bus.emit('controls', number);
  }
  const elsewhere = rows.filter(({ decides, is_open }) => is_open && !decides);
  const named = await pool.query<{ value: string }>(
    `SELECT value FROM replica_state WHERE what = 'hub-name'`,
  );
  return {
    hubName: named.rows[0]?.value ?? null,
    decides: rows.filter(({ decides }) => decides).map(({ id }) => id),
    elsewhere: elsewhere.map(({ authority }) => authority),
  };
}

function isOwnCell({ cell }: ServerContext, authority: string): boolean {
  return authority === CELL && cell !== null;
}

async function relayToAuthorities(pool: Pool, nodes: Nodes, log: Log): Promise<void> {
  const { rows } = await pool.query<{ authority: string }>(
    `SELECT DISTINCT authority FROM events WHERE status <> 'archived' AND authority <> $1`,
    [nodes.self],
  );
  for (const { authority } of rows) {
    const target = authority === 'hub' ? null : nodes.find(authority);
    if (target === null || target.isDown) continue;
    await relayJournals(pool, target, { isForAll: false, store: '', log });
  }
}

async function loop(
  { stopping, log }: ServerContext,
  everyMs: number,
  round: () => Promise<void>,
): Promise<void> {
  while (!stopping.aborted) {
    try {
      await round();
    } catch (error) {
      // The next round finds what this one did not.
      if (!stopping.aborted) log.info({ err: error }, 'a round among nodes was interrupted');
    }
    await pause(everyMs, null, { signal: stopping }).catch(() => {});
  }
}
