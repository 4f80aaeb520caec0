// Journals from lanes: stored first, then made true. Each entry stands alone: a bad one is kept apart
// and the rest go on.
import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { type JournalEntry, type JournalReceipt, journalEntry } from '#protocol/journal.ts';
import type { Device } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';

export type Upload = {
  readonly journalId: string;
  readonly entries: readonly ({ readonly seq: number } & Record<string, unknown>)[];
  readonly isComplete: boolean;
  /** Of the lane's last entry; a lane of an older version does not say. */
  readonly lastSeq?: number | undefined;
  /** Numbers that will not come. */
  readonly leftOut?: readonly number[] | undefined;
};

/** Why a number was taken by nothing. */
const LEFT_OUT = 'the lane could not send it: it was refused each time';

/** Why an entry is set aside whose number another has taken. */
export const CLASH = 'another entry was uploaded under this number: a cloned or restored lane';

type Checked =
  | {
      readonly seq: number;
      readonly hash: Buffer;
      readonly text: string;
      readonly entry: JournalEntry;
    }
  | { readonly seq: number; readonly hash: Buffer; readonly text: string; readonly why: string };

/**
 * Stores an upload. The journal's row is locked, so that two uploads of one lane, or of its clone, go
 * one after the other.
 *
 * @param appliedThrough - up to here the event's authority has made them true already
 */
export async function storeJournal(
  pool: Pool,
  device: Device,
  upload: Upload,
  now: Date,
  appliedThrough = 0,
): Promise<Omit<JournalReceipt, 'conflicts'>> {
  const checked = [...upload.entries.map(check), ...(upload.leftOut ?? []).map(leftOut)].sort(
    (a, b) => a.seq - b.seq,
  );
  return inTransaction(pool, async (client) => {
    const key = [device.id, upload.journalId];
    await client.query(
      'INSERT INTO journals (device, journal_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      key,
    );
    await client.query(
      'SELECT 1 FROM journals WHERE device = $1 AND journal_id = $2 FOR UPDATE',
      key,
    );
    const known = await knownHashes(client, key, checked);
    const quarantined: { seq: number; why: string }[] = [];
    const fresh: Checked[] = [];
    for (const item of checked) {
      const before = known.get(item.seq);
      if (before !== undefined) {
        if (before === item.hash.toString('hex') || isLeftOut(item)) continue;
        quarantined.push({ seq: item.seq, why: CLASH });
        await quarantine(client, key, item, CLASH, now);
        continue;
      }
      known.set(item.seq, item.hash.toString('hex'));
      if ('why' in item) {
        quarantined.push({ seq: item.seq, why: item.why });
        await quarantine(client, key, item, item.why, now);
      }
      fresh.push(item);
    }
    await insertEntries(client, key, device, fresh, { now, appliedThrough });
    const acceptedThrough = await advance(client, key, upload, now);
    return { acceptedThrough, durableThrough: acceptedThrough, quarantined };
  });
}

function check(raw: Upload['entries'][number]): Checked {
  const text = textOf(raw);
  const hash = createHash('sha256').update(text).digest();
  const parsed = journalEntry.safeParse(raw);
  if (parsed.success) return { seq: raw.seq, hash, text, entry: parsed.data };
  const issue = parsed.error.issues[0];
  const why = `${issue?.path.join('.') || 'entry'}: ${issue?.message ?? 'malformed'}`;
  // PostgreSQL's text cannot hold NUL, which the name of a field may.
  return { seq: raw.seq, hash, text, why: why.slice(0, 300).replaceAll('\0', '␀') };
}

function leftOut(seq: number): Checked {
  const text = JSON.stringify({ seq, kind: 'left-out' });
  return { seq, hash: createHash('sha256').update(text).digest(), text, why: LEFT_OUT };
}

function isLeftOut(item: Checked): boolean {
  return 'why' in item && item.why === LEFT_OUT;
}

function textOf(raw: Upload['entries'][number]): string {
  try {
    return JSON.stringify(raw);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Nested so deeply that nobody can write it: no entry of ours is nested at all.
    return JSON.stringify({ seq: raw.seq, kind: 'nested-too-deeply' });
  }
}

async function knownHashes(
  client: PoolClient,
  key: readonly unknown[],
  checked: readonly Checked[],
): Promise<Map<number, string>> {
  const { rows } = await client.query<{ seq: string; content_hash: Buffer }>(
    `SELECT seq, content_hash FROM journal_entries
     WHERE device = $1 AND journal_id = $2 AND seq = ANY ($3)`,
    [...key, checked.map((item) => item.seq)],
  );
  return new Map(rows.map((row) => [Number(row.seq), row.content_hash.toString('hex')]));
}

/** Kinds that the authority must still make true; the rest are for the record. */
const CHANGES_CLAIMS = new Set<JournalEntry['kind']>(['outcome', 'annulled', 'counted']);

/** A malformed entry takes its number too, or the lane could never get past it. */
async function insertEntries(
  client: PoolClient,
  key: readonly unknown[],
  device: Device,
  items: readonly Checked[],
  { now, appliedThrough }: { readonly now: Date; readonly appliedThrough: number },
): Promise<void> {
  if (items.length === 0) return;
  const waits = (item: Checked) =>
    'entry' in item && item.seq > appliedThrough && CHANGES_CLAIMS.has(item.entry.kind);
  await client.query(
    `INSERT INTO journal_entries
       (device, journal_id, seq, event, kind, content_hash, entry, received_at, applied_at)
     SELECT $1, $2, e.seq, $3, e.kind, e.hash, e.entry::json, $4::timestamptz,
       CASE WHEN e.waits THEN NULL ELSE $4::timestamptz END
     FROM unnest($5::bigint[], $6::text[], $7::bytea[], $8::text[], $9::boolean[])
       AS e (seq, kind, hash, entry, waits)`,
    [
      ...[...key, device.eventNumber, now],
      items.map(({ seq }) => seq),
      items.map((item) => ('entry' in item ? item.entry.kind : 'malformed')),
      items.map(({ hash }) => hash),
      items.map((item) => ('entry' in item ? item.text : '{}')),
      items.map(waits),
    ],
  );
}

async function quarantine(
  client: PoolClient,
  key: readonly unknown[],
  item: Checked,
  why: string,
  now: Date,
): Promise<void> {
  await client.query(
    `INSERT INTO quarantined_entries (device, journal_id, seq, content_hash, entry, why, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    // PostgreSQL's text cannot hold NUL, which JSON spells as an escape and so keeps harmless.
    [...key, item.seq, item.hash, item.text, why, now],
  );
}

/** Moves `accepted_through` over what is there without a gap; only a journal without one is complete. */
async function advance(
  client: PoolClient,
  key: readonly unknown[],
  { isComplete, lastSeq = 0 }: Upload,
  now: Date,
): Promise<number> {
  const { rows } = await client.query<{ accepted_through: string }>(
    `UPDATE journals j SET accepted_through = n.through,
       completed_at = CASE WHEN $3 AND n.through >= greatest(n.last, $5) THEN $4 ELSE completed_at END
     FROM (
       SELECT coalesce(max(e.seq) FILTER (WHERE e.seq = e.accepted + e.nth), max(a.accepted)) AS through,
         coalesce(max(e.seq), max(a.accepted)) AS last
       FROM (SELECT accepted_through AS accepted FROM journals WHERE device = $1 AND journal_id = $2) a
       LEFT JOIN LATERAL (
         SELECT seq, a.accepted, row_number() OVER (ORDER BY seq) AS nth FROM journal_entries
         WHERE device = $1 AND journal_id = $2 AND seq > a.accepted) e ON true) n
     WHERE device = $1 AND journal_id = $2 RETURNING j.accepted_through`,
    [...key, isComplete, now, lastSeq],
  );
  return Number(rows[0]?.accepted_through ?? 0);
}
