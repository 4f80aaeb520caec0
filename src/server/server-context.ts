import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import type { AccessStore } from './access/store.ts';
import type { Bus } from './bus.ts';
import type { Cell } from './cell/cell.ts';
import type { Authority } from './entry/authority.ts';
import type { Catalogue } from './entry/catalogue.ts';
import type { Elsewhere } from './entry/elsewhere.ts';
import type { EventCounter } from './entry/event-counter.ts';
import type { StoreState } from './entry/store-state.ts';
import type { Acts } from './platform/acts.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';

/** What main.ts wires and routes use. */
export type ServerContext = {
  readonly pool: Pool;
  readonly masterKey: Uint8Array;
  /** Name of this node in the audit. */
  readonly node: string;
  /** Its name among those that may decide an event: `hub`, or that of a box in the ground. */
  readonly self: string;
  readonly now: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly acts: Acts;
  readonly access: AccessStore;
  readonly catalogue: Catalogue;
  readonly storeState: StoreState;
  readonly authority: Authority;
  readonly elsewhere: Elsewhere;
  /** Of etcd, which decides events of the authority `cell`; null where this node reaches none. */
  readonly cell: Cell | null;
  readonly counterOf: (eventNumber: number) => EventCounter;
  /** Metrics of this process. */
  readonly registry: Registry;
  /** Aborted when the server begins to stop: long answers end. */
  readonly stopping: AbortSignal;
};
