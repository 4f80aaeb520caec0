// The other nodes, by the names under which they decide events. A hub knows its boxes; a box knows its hub
// and, from it, the other boxes.
import type { Pool } from 'pg';
import { Link } from './link.ts';

/** By another way than this node sees it may be reached again: a scan now and then finds out. */
const FORGIVEN_AFTER_MS = 10_000;

export type BoxDoors = {
  /** Brings the list up to the hub's, as far as that goes in a moment. */
  bringList(event: number): Promise<void>;
  /** Hears now what the hub has. @throws NoAnswerError */
  hear(event: number | null): Promise<void>;
};

export type Nodes = {
  readonly self: string;
  /** @returns null for a node that cannot be reached from here */
  find(name: string): Link | null;
  /** Of a box: its hub. Of the hub: null. */
  readonly hub: Link | null;
  /** Notes whether a scan that was passed on to a node was decided. */
  noteDecided(name: string, isDecided: boolean): void;
  /** Whether scans for that node went undecided lately, and it still does not answer. */
  isCutOff(name: string): boolean;
  /** What this node, if it is a box, asks its hub out of turn. */
  box: BoxDoors | null;
  /** Takes in addresses that have changed. */
  refresh(): Promise<void>;
  close(): void;
};

export function createNodes(
  pool: Pool,
  options: {
    readonly self: string;
    /** Shown to the others. */
    readonly token: string;
    readonly hubAddress: string | null;
    readonly ca: string | null;
  },
): Nodes {
  const { self, token, hubAddress, ca } = options;
  const hub = hubAddress === null ? null : new Link('hub', hubAddress, token, ca);
  const boxes = new Map<string, Link>();
  const failedAt = new Map<string, number>();
  const find = (name: string) => (name === 'hub' ? hub : (boxes.get(name) ?? null));
  return {
    self,
    hub,
    find,
    box: null,
    noteDecided(name, isDecided) {
      if (isDecided) failedAt.delete(name);
      else failedAt.set(name, performance.now());
    },
    isCutOff(name) {
      const at = failedAt.get(name) ?? Number.NEGATIVE_INFINITY;
      return performance.now() - at < FORGIVEN_AFTER_MS && find(name)?.isDown !== false;
    },
    async refresh() {
      const { rows } = await pool.query<{ name: string; address: string }>(
        `SELECT name, address FROM edges
         WHERE address IS NOT NULL AND revoked_at IS NULL AND name <> $1`,
        [self],
      );
      const addresses = new Map(rows.map(({ name, address }) => [name, new URL(address).origin]));
      for (const [name, link] of boxes) {
        if (addresses.get(name) === link.address) continue;
        link[Symbol.dispose]();
        boxes.delete(name);
      }
      for (const [name, address] of addresses) {
        if (!boxes.has(name)) boxes.set(name, new Link(name, address, token, ca));
      }
    },
    close() {
      hub?.[Symbol.dispose]();
      for (const link of boxes.values()) link[Symbol.dispose]();
    },
  };
}
