// The journal's tables: `entries` is what goes up, as it goes up; `scans` is what the lane itself needs
// to know of them. A scan is `open` until answered, `dark` once admitted and until the light is about to
// come on, `doubtful` when refused here while the hub may have admitted, then `settled`.
import type { Database } from './sqlite.ts';

export const JOURNAL_SCHEMA = `
  CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS set_aside (seq INTEGER PRIMARY KEY, why TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS scans (
    scan_id TEXT PRIMARY KEY, code TEXT NOT NULL, direction TEXT NOT NULL, scanned_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'dark', 'doubtful', 'settled')),
    outcome_seq INTEGER, answer TEXT, verdict TEXT,
    serial INTEGER, type TEXT, checkpoint TEXT, gate TEXT, lane TEXT,
    crossed_at INTEGER, is_exact INTEGER, annulled_at INTEGER) STRICT;
  CREATE INDEX IF NOT EXISTS scans_by_ticket ON scans (serial) WHERE crossed_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS scans_unsettled ON scans (state) WHERE state <> 'settled';
  CREATE INDEX IF NOT EXISTS scans_alone ON scans (type, outcome_seq) WHERE verdict = 'provisional';
`;

export function journalStatements(db: Database) {
  return {
    lastSeq: db.prepare('SELECT max(seq) AS seq FROM entries'),
    append: db.prepare('INSERT INTO entries (seq, kind, entry) VALUES (?, ?, ?)'),
    put: db.prepare(
      `INSERT OR REPLACE INTO scans
         (scan_id, code, direction, scanned_at, state, outcome_seq, answer, verdict,
          serial, type, checkpoint, gate, lane, crossed_at, is_exact, annulled_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    scan: db.prepare('SELECT * FROM scans WHERE scan_id = ?'),
    unsettled: db.prepare(
      `SELECT * FROM scans WHERE state <> 'settled' ORDER BY scanned_at, rowid`,
    ),
    crossings: db.prepare(
      'SELECT * FROM scans WHERE serial = ? AND checkpoint = ? AND crossed_at IS NOT NULL',
    ),
    alone: db.prepare(
      `SELECT * FROM scans WHERE verdict = 'provisional' AND outcome_seq > ?
       AND direction = 'in' AND annulled_at IS NULL`,
    ),
    from: db.prepare('SELECT seq, kind, entry FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?'),
    setAside: db.prepare(
      'INSERT INTO set_aside (seq, why) VALUES (?, ?) ON CONFLICT (seq) DO NOTHING',
    ),
    setAsides: db.prepare('SELECT seq FROM set_aside'),
  };
}
