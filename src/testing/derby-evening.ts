// The match of `derby.ts` open at two nodes of one hub, with fresh tickets and lanes for every test, and
// what the store holds of them.
import assert from 'node:assert/strict';
import type { Crossing, Passage } from '#domain/entry/crossings.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { derbyFile, derbyTickets } from './derby.ts';
import { HubNode } from './hub-node.ts';
import { LaneJournal } from './lane-journal.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';

export type NotedConflict = {
  readonly holder: Passage;
  readonly intruder: Passage;
  readonly resolved_at: Date | null;
};

export class DerbyEvening implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly node: HubNode;
  readonly other: HubNode;
  readonly event: number;
  readonly #tickets: number;
  #used = 0;

  private constructor(database: TestDatabase, nodes: [HubNode, HubNode], event: number, n: number) {
    this.database = database;
    [this.node, this.other] = nodes;
    this.event = event;
    this.#tickets = n;
  }

  static async open(now: Instant, tickets: number): Promise<DerbyEvening> {
    const database = await testDatabase();
    const node = await HubNode.open(database, { now });
    const other = await HubNode.open(database, { now, name: 'node-2' });
    const event = await node.importEvent(derbyFile());
    await node.importTickets(event, derbyFile(), derbyTickets(tickets));
    await node.setStatus(event, 'open');
    return new DerbyEvening(database, [node, other], event, tickets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
    await this.other[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }

  async lane(gate = 'N1'): Promise<LaneJournal> {
    return new LaneJournal(await this.node.enrol(this.event, 'derby', gate));
  }

  async ticket(): Promise<{ readonly serial: number; readonly code: string }> {
    this.#used += 1;
    assert.ok(this.#used <= this.#tickets, 'open the evening with more tickets');
    return { serial: this.#used, code: await this.node.code(this.event, this.#used) };
  }

  async code(): Promise<string> {
    return (await this.ticket()).code;
  }

  inside(): Promise<number> {
    return this.node.inside(this.event);
  }

  async crossingsOf(serial: number): Promise<Crossing[]> {
    const { rows } = await this.database.pool.query<{ crossings: Crossing[] }>(
      'SELECT crossings FROM claims WHERE event = $1 AND serial = $2',
      [this.event, serial],
    );
    return rows[0]?.crossings ?? [];
  }

  /** In the order in which the later one came in. */
  async conflictsOf(serial: number): Promise<NotedConflict[]> {
    const { rows } = await this.database.pool.query<NotedConflict>(
      `SELECT holder, intruder, resolved_at FROM conflicts WHERE event = $1 AND serial = $2
       ORDER BY (intruder ->> 'at')::bigint`,
      [this.event, serial],
    );
    return rows;
  }

  /** Entries that the authority has still to make true. */
  async pending(journal: LaneJournal): Promise<number> {
    const { rowCount } = await this.database.pool.query(
      'SELECT 1 FROM journal_entries WHERE journal_id = $1 AND applied_at IS NULL',
      [journal.journalId],
    );
    return rowCount ?? 0;
  }

  async quarantined(journal: LaneJournal): Promise<{ entry: unknown; why: string }[]> {
    const { rows } = await this.database.pool.query<{ entry: string; why: string }>(
      'SELECT entry, why FROM quarantined_entries WHERE journal_id = $1 ORDER BY seq',
      [journal.journalId],
    );
    return rows.map(({ entry, why }) => ({ entry: JSON.parse(entry) as unknown, why }));
  }
}
