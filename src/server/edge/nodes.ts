// The other nodes, by the names under which they decide events. A hub knows its boxes; a box knows its hub
// and, from it, the other boxes.
import type { Pool } from 'pg';
import { Link } from './link.ts';

export type Nodes = {
  readonly self: string;
  /** @returns null for a node that cannot be reached from here */
  find(name: string): Link | null;
  /** Of a box: its hub. Of the hub: null. */
  readonly hub: Link | null;
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
  return {
    self,
    hub,
    find: (name) => (name === 'hub' ? hub : (boxes.get(name) ?? null)),
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
