// This node among the others: what it decides, what it passes on, and, if it is a box, its hub.
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
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
  /** Of a device that nobody here knows: whether the hub may know it by now. */
  mayBeNew(credential: string): boolean;
  /** Resolves when everything has come to rest, after the server began to stop. */
  stopped(): Promise<void>;
};

export function runNodes(context: ServerContext, nodes: Nodes, clock: CorrectedClock): NodeWatch {
  const state: { decides: readonly string[] } = { decides: [] };
  const known = new Map<number, boolean>();
  const { log } = context;
  const running = [
    loop(context, WATCH_EVERY_MS, async () => {
      state.decides = await watch(context, known);
      await nodes.refresh();
    }),
    loop(context, RELAY_EVERY_MS, () => relayToAuthorities(context.pool, nodes, log)),
  ];
  const strangers = new Strangers();
  if (nodes.hub !== null) {
    running.push(new Box(context, nodes, nodes.hub, clock, strangers).run());
  }
  return {
    decides: () => state.decides,
    mayBeNew: (credential) => nodes.hub !== null && strangers.mayBeNew(credential),
    async stopped() {
      await Promise.all(running);
      nodes.close();
    },
  };
}

/** Another node of this hub may have moved an event: a copy in memory that says otherwise is read anew. */
async function watch(
  { pool, catalogue, bus, self }: ServerContext,
  known: Map<number, boolean>,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{
    number: number;
    id: string;
    decides: boolean;
  }>(
    `SELECT e.number, e.id, e.authority = $1 AND e.handover_to IS NULL
       AND h.deciding_epoch IS NOT DISTINCT FROM e.authority_epoch AS decides
     FROM events e JOIN claim_heads h ON h.event = e.number WHERE e.status <> 'archived'`,
    [self],
  );
  for (const { number, decides } of rows) {
    const before = known.get(number);
    known.set(number, decides);
    if (before === undefined || before === decides) continue;
    await catalogue.reload(number);
    bus.emit('controls', number);
  }
  return rows.filter(({ decides }) => decides).map(({ id }) => id);
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
