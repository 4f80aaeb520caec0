// The old log and our scans side by side. The log is held in a table of its own connection, so that its
// length costs disk rather than memory, and goes with the connection whatever happens.
import type { Pool, PoolClient } from 'pg';
import type { ScansOfCode } from '#domain/entry/shadow.ts';
import type { Direction, Reason, Verdict } from '#domain/entry/verdict.ts';
import { findCode, type Keyring } from '#server/entry/find-code.ts';
import { arrayLiteral } from '#server/platform/array-literal.ts';
import type { OldLine } from './old-log.ts';

const GROUPED_AT_ONCE = 5_000;

/** Runs `work` with an empty table for the old log. */
export async function withOldLog<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(CREATE);
    return await work(client);
  } finally {
    await client.query('ROLLBACK; DROP TABLE IF EXISTS pg_temp.old_scans').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}

const CREATE = `
  CREATE TEMP TABLE old_scans (
    line        integer NOT NULL,
    "key"       text NOT NULL,
    code_hash   bytea NOT NULL,
    serial      integer,
    direction   text NOT NULL,
    at          timestamptz,
    gate        text,
    is_admitted boolean NOT NULL,
    reason      text
  )`;

/**
 * A code is known by its hash. A card, which each reader spells in its own way, and a code of ours, which
 * has issues, are known by their ticket.
 */
const ADD = `
  INSERT INTO old_scans (line, "key", code_hash, serial, direction, at, gate, is_admitted, reason)
  SELECT o.line,
    CASE WHEN c.kind = 'code' OR t.serial IS NULL THEN 'code ' || o.code_hash
         ELSE 'ticket ' || t.serial END,
    decode(o.code_hash, 'hex'), t.serial, o.direction, o.at, o.gate, o.is_admitted, o.reason
  FROM unnest($2::integer[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::timestamptz[],
              $8::text[], $9::boolean[], $10::text[])
       AS o (line, code_hash, medium_hash, serial, direction, at, gate, is_admitted, reason)
  LEFT JOIN media c ON c.event = $1 AND c.hash = decode(o.code_hash, 'hex')
  LEFT JOIN media m ON m.event = $1 AND m.hash = decode(o.medium_hash, 'hex')
  LEFT JOIN tickets t ON t.event = $1 AND t.serial = coalesce(o.serial, c.serial, m.serial)`;

export async function addOldLines(
  client: PoolClient,
  keyring: Keyring,
  lines: readonly OldLine[],
): Promise<void> {
  const found = lines.map((line) => findCode(line.code, keyring));
  const values = [
    lines.map((line) => line.line),
    found.map(({ codeHash }) => hex(codeHash)),
    found.map(({ lookup }) => (lookup.kind === 'media' ? hex(lookup.hashes[1] ?? null) : null)),
    found.map(({ lookup }) => (lookup.kind === 'serial' ? lookup.serial : null)),
    lines.map((line) => line.direction),
    lines.map((line) => (line.at === null ? null : new Date(line.at).toISOString())),
    lines.map((line) => line.gate),
    lines.map((line) => line.isAdmitted),
    lines.map((line) => line.reason),
  ];
  await client.query(ADD, [keyring.own.number, ...values.map(arrayLiteral)]);
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}

/** A scan of ours of a code that the log names has that line’s key, whatever we made of the code then. */
const SIDE_BY_SIDE = `
  DECLARE side_by_side NO SCROLL CURSOR FOR
  SELECT x."key", x.direction, x.line, x.gate, x.is_admitted, x.verdict, x.reason, x.is_known, t.ref
  FROM (
    SELECT "key", direction, line, gate, is_admitted, NULL AS verdict, reason, serial,
           serial IS NOT NULL AS is_known, at, line AS n
    FROM old_scans
    UNION ALL
    SELECT coalesce(o."key", CASE WHEN c.kind = 'code' OR s.serial IS NULL
             THEN 'code ' || encode(s.code_hash, 'hex') ELSE 'ticket ' || s.serial END),
           s.direction, NULL, s.gate, NULL, s.verdict, s.reason, s.serial, s.serial IS NOT NULL,
           s.decided_at, s.revision
    FROM scans s
    LEFT JOIN (SELECT code_hash, min("key") AS "key" FROM old_scans GROUP BY code_hash) o
           ON o.code_hash = s.code_hash
    LEFT JOIN media c ON c.event = $1 AND c.hash = s.code_hash
    WHERE s.event = $1
  ) x LEFT JOIN tickets t ON t.event = $1 AND t.serial = x.serial
  ORDER BY x."key", x.direction, x.line IS NULL, x.at, x.n`;

type Row = {
  key: string;
  direction: Direction;
  line: number | null;
  gate: string | null;
  is_admitted: boolean | null;
  verdict: Verdict | null;
  reason: string | null;
  is_known: boolean;
  ref: string | null;
};

/** Every code in each direction with its scans on both sides, in the order in which they happened. */
export async function* scansByCode(
  client: PoolClient,
  eventNumber: number,
): AsyncGenerator<ScansOfCode> {
  await client.query('ANALYZE old_scans');
  await client.query('BEGIN READ ONLY');
  // A cursor is declared without parameters.
  await client.query(SIDE_BY_SIDE.replaceAll('$1', String(eventNumber)));
  let group: Row[] = [];
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${GROUPED_AT_ONCE} FROM side_by_side`);
    for (const row of rows) {
      const last = group[0];
      if (last !== undefined && (last.key !== row.key || last.direction !== row.direction)) {
        yield scansOf(group);
        group = [];
      }
      group.push(row);
    }
    if (rows.length < GROUPED_AT_ONCE) break;
  }
  if (group.length > 0) yield scansOf(group);
}

function scansOf(rows: readonly Row[]): ScansOfCode {
  const old = rows.filter((row) => row.line !== null);
  const ours = rows.filter((row) => row.line === null);
  return {
    ticketRef: rows.find((row) => row.ref !== null)?.ref ?? null,
    direction: rows[0]?.direction ?? 'in',
    isKnown: rows.some((row) => row.is_known),
    old: old.map(({ line, gate, is_admitted, reason }) => ({
      line: line ?? 0,
      gate,
      isAdmitted: is_admitted === true,
      reason,
    })),
    ours: ours.map(({ gate, verdict, reason }) => ({
      gate: gate ?? '',
      verdict: verdict as Verdict,
      reason: reason as Reason | null,
    })),
  };
}
