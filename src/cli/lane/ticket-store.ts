// What a lane keeps so that it can decide alone, also when it is restarted while cut off: the ticket
// list, the match, control's word, and what others let in. A copy of what the hub knows: it may be
// lost or wiped at any time, so it is a file of its own, apart from the journal.
import { createHash } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import { TICKET_STATUSES, type Ticket } from '#domain/entry/ticket.ts';
import type { TicketRef } from '#domain/kernel/ids.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Heard } from '#domain/sync/heard.ts';
import type { ListedTicket } from '#domain/sync/look-up.ts';
import type { Referral } from '#domain/venue/match-event.ts';
import { type ListRow, listRow } from '#protocol/ticket-list.ts';
import { type Database, FileTaken, Meta, openDatabase, removeDatabase } from './sqlite.ts';

// `next_*` holds a whole list while it arrives: it takes the place of the old one when proved whole.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS heard (
    serial INTEGER, direction TEXT, at INTEGER, gate TEXT, checkpoint TEXT,
    PRIMARY KEY (serial, at, direction, gate, checkpoint)) STRICT, WITHOUT ROWID;
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

export class TicketStore {
  readonly #db: Database;
  readonly #file: string;
  readonly #meta: Meta;
  readonly #hear;
  readonly #heard;
  #list: ListStatements;
  #isWiped = false;

  constructor(file: string) {
    this.#file = file;
    this.#db = openOrRenew(file);
    this.#meta = new Meta(this.#db);
    this.#hear = this.#db.prepare('INSERT OR IGNORE INTO heard VALUES (?, ?, ?, ?, ?)');
    this.#heard = this.#db.prepare('SELECT * FROM heard WHERE serial = ? AND checkpoint = ?');
    this.#list = statements(this.#db, '');
  }

  get(key: string): string | null {
    return this.#isWiped ? null : this.#meta.get(key);
  }

  put(key: string, value: string): void {
    if (!this.#isWiped) this.#meta.put(key, value);
  }

  bySerial(serial: number): ListedTicket | null {
    return this.#isWiped ? null : listed(this.#list.bySerial.get(serial));
  }

  byHash(hash: string): ListedTicket | null {
    return this.#isWiped ? null : listed(this.#list.byHash.get(hash));
  }

  byRef(ref: string): ListedTicket | null {
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

  /** @returns count and hash of the list, as the hub counts and hashes its own */
  async digest(ofNewList: boolean): Promise<{ count: number; hash: string }> {
    const hash = createHash('sha256');
    if (this.#isWiped) return { count: 0, hash: '' };
    const { page } = ofNewList ? statements(this.#db, 'next_') : this.#list;
    let count = 0;
    let after = 0;
    for (;;) {
      const rows = this.#isWiped ? [] : page.all(after, ROWS_AT_ONCE);
      if (rows.length === 0) return { count, hash: hash.digest('hex') };
      hash.update(rows.map((row) => `${row['serial']}:${row['change']},`).join(''));
      count += rows.length;
      after = Number(rows.at(-1)?.['serial']);
      await breath();
    }
  }

  hear(crossings: readonly Heard[]): void {
    if (this.#isWiped) return;
    this.#together(() => {
      for (const { serial, direction, at, gate, checkpoint } of crossings) {
        this.#hear.run(serial, direction, at, gate, checkpoint);
      }
    });
  }

  heardOf(serial: number, checkpoint: string): Heard[] {
    if (this.#isWiped) return [];
    return this.#heard.all(serial, checkpoint) as unknown as Heard[];
  }

  /** The device was revoked: nothing of the list stays on this machine. */
  wipe(): void {
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
    count: db.prepare(`SELECT count(*) AS n FROM ${prefix}tickets`),
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
  for (const hash of before?.hashes ?? []) into.dropCode.run(hash, serial);
  into.putTicket.run(serial, change, ref, JSON.stringify(row));
  for (const hash of hashes) into.putCode.run(hash, serial);
}

function listed(found: Record<string, unknown> | undefined): ListedTicket | null {
  if (found === undefined) return null;
  const row = listRow.parse(JSON.parse(String(found['row'])));
  return { ticket: ticketOf(row), hashes: row[2] };
}

function ticketOf(row: ListRow): Ticket {
  const [serial, , , issue, status, blocked, ref, type, section, seatRow, seat, rest] = row;
  return {
    serial,
    ref: ref as TicketRef,
    type,
    stand: rest?.stand ?? null,
    section,
    row: seatRow,
    seat,
    gates: rest?.gates ?? null,
    validFrom: (rest?.from ?? null) as Instant | null,
    validUntil: (rest?.until ?? null) as Instant | null,
    admits: rest?.admits ?? null,
    status: TICKET_STATUSES[status] ?? 'not-activated',
    isBlocked: blocked === 1,
    issue,
    referral: (rest?.referral ?? null) as Referral | null,
  };
}
