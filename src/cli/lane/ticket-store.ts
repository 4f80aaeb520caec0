// What a lane keeps so that it can decide alone, also when it is restarted while cut off: the ticket
// list, the match, control's word, and what others let in. A copy of what the hub knows: it may be
// lost or wiped at any time, so it is a file of its own, apart from the journal.
import { setImmediate as breath } from 'node:timers/promises';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Heard, HeardClaim } from '#domain/sync/heard.ts';
import { HEARD_THROUGH } from '#lane/hearing.ts';
import type { ListStore } from '#lane/ports.ts';
import { type ListRow, listRow } from '#protocol/ticket-list.ts';
import { type Database, FileTaken, Meta, openDatabase, removeDatabase } from './sqlite.ts';

// `next_*` holds a whole list while it arrives: it takes the place of the old one when proved whole.
const SCHEMA = `
  DROP TABLE IF EXISTS heard;
  CREATE TABLE IF NOT EXISTS heard_claims (
    serial INTEGER, checkpoint TEXT, crossings TEXT NOT NULL,
    PRIMARY KEY (serial, checkpoint)) STRICT, WITHOUT ROWID;
`;
const tables = (prefix: string) => `
  CREATE TABLE IF NOT EXISTS ${prefix}tickets (
    serial INTEGER PRIMARY KEY, change INTEGER NOT NULL, ref TEXT NOT NULL UNIQUE,
    row TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS ${prefix}codes (
    hash TEXT PRIMARY KEY, serial INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
/** Rows written before a scan may have its turn. */
const ROWS_AT_ONCE = 1_000;

export class TicketStore implements ListStore {
  readonly #db: Database;
  readonly #file: string;
  readonly #meta: Meta;
  readonly #hear;
  readonly #unhear;
  readonly #heard;
  #list: ListStatements;
  #isWiped = false;

  constructor(file: string) {
    this.#file = file;
    this.#db = openOrRenew(file);
    this.#meta = new Meta(this.#db);
    this.#hear = this.#db.prepare('INSERT OR REPLACE INTO heard_claims VALUES (?, ?, ?)');
    this.#unhear = this.#db.prepare('DELETE FROM heard_claims WHERE serial = ? AND checkpoint = ?');
    this.#heard = this.#db.prepare(
      'SELECT crossings FROM heard_claims WHERE serial = ? AND checkpoint = ?',
    );
    this.#list = statements(this.#db, '');
  }

  get(key: string): string | null {
    return this.#isWiped ? null : this.#meta.get(key);
  }

  put(key: string, value: string): void {
    if (!this.#isWiped) this.#meta.put(key, value);
  }

  bySerial(serial: number): ListRow | null {
    return this.#isWiped ? null : listed(this.#list.bySerial.get(serial));
  }

  byHash(hash: string): ListRow | null {
    return this.#isWiped ? null : listed(this.#list.byHash.get(hash));
  }

  byRef(ref: string): ListRow | null {
    return this.#isWiped ? null : listed(this.#list.byRef.get(ref));
  }

  /** Takes rows into the list, or beside it while a whole list arrives. Lets scans pass meanwhile. */
  async take(rows: readonly ListRow[], isNewList: boolean): Promise<void> {
    const into = isNewList ? statements(this.#db, 'next_') : this.#list;
    for (let start = 0; start < rows.length && !this.#isWiped; start += ROWS_AT_ONCE) {
      this.#together(() => {
        for (const row of rows.slice(start, start + ROWS_AT_ONCE)) takeRow(into, row);
      });
      await breath();
    }
  }

  beginWhole(): void {
    if (this.#isWiped) return;
    this.#db.exec('DROP TABLE IF EXISTS next_tickets; DROP TABLE IF EXISTS next_codes;');
    this.#db.exec(tables('next_'));
  }

  /** Puts the list that arrived in the place of the old one. */
  finishWhole(cursor: string): void {
    if (this.#isWiped) return;
    this.#together(() => {
      this.#db.exec(`DROP TABLE tickets; DROP TABLE codes;
        ALTER TABLE next_tickets RENAME TO tickets; ALTER TABLE next_codes RENAME TO codes;`);
      this.#meta.put('cursor', cursor);
    });
    this.#list = statements(this.#db, '');
  }

  changes(isNewList: boolean, after: number, countMax: number): [number, number][] {
    if (this.#isWiped) return [];
    const { page } = isNewList ? statements(this.#db, 'next_') : this.#list;
    return page
      .all(after, countMax)
      .map((row): [number, number] => [Number(row['serial']), Number(row['change'])]);
  }

  hear(claims: readonly HeardClaim[], through: string): void {
    if (this.#isWiped) return;
    this.#together(() => {
      for (const { serial, checkpoint, crossings } of claims) {
        const kept = crossings.map(({ direction, at, gate, isExact }) => {
          return [direction, at, gate, isExact ? 1 : 0];
        });
        if (kept.length === 0) this.#unhear.run(serial, checkpoint);
        else this.#hear.run(serial, checkpoint, JSON.stringify(kept));
      }
      this.#meta.put(HEARD_THROUGH, through);
    });
  }

  forgetHeard(): void {
    if (this.#isWiped) return;
    this.#together(() => {
      this.#db.exec(`DELETE FROM heard_claims; DELETE FROM meta WHERE key = '${HEARD_THROUGH}';`);
    });
  }

  heardOf(serial: number, checkpoint: string): Heard[] {
    const found = this.#isWiped ? undefined : this.#heard.get(serial, checkpoint);
    if (found === undefined) return [];
    const kept: [Heard['direction'], Instant, string, number][] = JSON.parse(
      String(found['crossings']),
    );
    return kept.map(([direction, at, gate, exact]) => {
      return { serial, checkpoint, direction, at, gate, isExact: exact === 1 };
    });
  }

  /** The device was revoked: nothing of the list stays on this machine. */
  wipe(): void {
    if (this.#isWiped) return;
    this.#isWiped = true;
    this.#db.close();
    removeDatabase(this.#file);
  }

  close(): void {
    if (!this.#isWiped) this.#db.close();
  }

  #together(work: () => void): void {
    this.#db.exec('BEGIN');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** A copy that cannot be read is of no use: it is made anew and loaded again. */
function openOrRenew(file: string): Database {
  const open = () => openDatabase(file, 'NORMAL', SCHEMA + tables(''));
  try {
    return open();
  } catch (error) {
    if (error instanceof FileTaken) throw error;
    removeDatabase(file);
    return open();
  }
}

type ListStatements = ReturnType<typeof statements>;

function statements(db: Database, prefix: string) {
  return {
    bySerial: db.prepare(`SELECT row FROM ${prefix}tickets WHERE serial = ?`),
    byRef: db.prepare(`SELECT row FROM ${prefix}tickets WHERE ref = ?`),
    byHash: db.prepare(
      `SELECT row FROM ${prefix}codes JOIN ${prefix}tickets USING (serial) WHERE hash = ?`,
    ),
    page: db.prepare(
      `SELECT serial, change FROM ${prefix}tickets WHERE serial > ? ORDER BY serial LIMIT ?`,
    ),
    dropCode: db.prepare(`DELETE FROM ${prefix}codes WHERE hash = ? AND serial = ?`),
    putTicket: db.prepare(`INSERT OR REPLACE INTO ${prefix}tickets VALUES (?, ?, ?, ?)`),
    putCode: db.prepare(`INSERT OR REPLACE INTO ${prefix}codes VALUES (?, ?)`),
  };
}

function takeRow(into: ListStatements, row: ListRow): void {
  const [serial, change, hashes, , , , ref] = row;
  const before = listed(into.bySerial.get(serial));
  for (const hash of before?.[2] ?? []) into.dropCode.run(hash, serial);
  into.putTicket.run(serial, change, ref, JSON.stringify(row));
  for (const hash of hashes) into.putCode.run(hash, serial);
}

function listed(found: Record<string, unknown> | undefined): ListRow | null {
  return found === undefined ? null : listRow.parse(JSON.parse(String(found['row'])));
}
