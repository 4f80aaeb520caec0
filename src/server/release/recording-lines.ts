// A match as it was decided, line by line, from one snapshot of the database.
import type { Pool, PoolClient } from 'pg';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import { RECORDING_FORMAT, RECORDING_VERSION, type RecordingLine } from '#protocol/recording.ts';
import { type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import type { EventRow } from '#server/venue/store.ts';

const ROWS_AT_ONCE = 5_000;

export async function* recordingLines(
  pool: Pool,
  event: EventRow,
  by: { readonly release: string; readonly rung: 'hub' | 'edge' },
): AsyncGenerator<string> {
  const client = await pool.connect();
  let isWhole = false;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const head = { kind: 'head', format: RECORDING_FORMAT, version: RECORDING_VERSION } as const;
    yield text({ ...head, event: event.id, ...by });
    for await (const line of before(client, event.number)) yield text(line);
    let scans = 0;
    for await (const line of scansOf(client, event.number)) {
      scans += 1;
      yield text(line);
    }
    yield text({ kind: 'end', scans });
    await client.query('COMMIT');
    isWhole = true;
  } finally {
    // A reader who went away leaves a transaction open: the connection ends with it.
    client.release(!isWhole);
  }
}

function text(line: RecordingLine): string {
  return `${JSON.stringify(line)}\n`;
}

async function* before(client: PoolClient, event: number): AsyncGenerator<RecordingLine> {
  const files = await client.query<{ from_revision: string; file: unknown }>(
    'SELECT from_revision, file FROM file_history WHERE event = $1 ORDER BY from_revision',
    [event],
  );
  for (const { from_revision, file } of files.rows) {
    yield { kind: 'file', from: Number(from_revision), file };
  }
  const controls = await client.query<ControlRow>(
    `SELECT from_revision, status, entry_epoch, state FROM control_history
     WHERE event = $1 ORDER BY from_revision`,
    [event],
  );
  for (const { from_revision, status, entry_epoch, state } of controls.rows) {
    const from = Number(from_revision);
    yield { kind: 'controls', from, entryEpoch: entry_epoch, status, state };
  }
  yield* ticketsOf(client, event);
  const changes = await client.query<ChangeRow>(
    `SELECT revision, entry_epoch, checkpoint, serial, crossings, scopes, inside
     FROM crossing_history WHERE event = $1 ORDER BY revision`,
    [event],
  );
  for (const { revision, entry_epoch, ...row } of changes.rows) {
    yield { kind: 'change', revision: Number(revision), entryEpoch: entry_epoch, ...row };
  }
}

type ControlRow = {
  from_revision: string;
  status: Extract<RecordingLine, { kind: 'controls' }>['status'];
  entry_epoch: number;
  state: Record<string, unknown>;
};

type ChangeRow = {
  revision: string;
  entry_epoch: number | null;
  checkpoint: string | null;
  serial: number | null;
  crossings: Crossing[] | null;
  scopes: string[];
  inside: number;
};

/** Of each ticket that was scanned its past versions in their order, and then the present one. */
async function* ticketsOf(client: PoolClient, event: number): AsyncGenerator<RecordingLine> {
  const past = await client.query<{ through: string; ticket: Record<string, unknown> }>(
    `SELECT through, ticket FROM ticket_history
     WHERE event = $1 AND through IS NOT NULL ORDER BY serial, through`,
    [event],
  );
  for (const { through, ticket } of past.rows) {
    yield { kind: 'ticket', through: Number(through), ticket: lineOf(ticketOf(rowIn(ticket))) };
  }
  let after = 0;
  for (;;) {
    const { rows } = await client.query<TicketRow>(
      `SELECT t.* FROM tickets t WHERE t.event = $1 AND t.serial > $2
         AND EXISTS (SELECT 1 FROM claims c WHERE c.event = t.event AND c.serial = t.serial
                     UNION ALL
                     SELECT 1 FROM scans s WHERE s.event = t.event AND s.serial = t.serial)
       ORDER BY t.serial LIMIT $3`,
      [event, after, ROWS_AT_ONCE],
    );
    for (const row of rows) yield { kind: 'ticket', through: null, ticket: lineOf(ticketOf(row)) };
    after = rows.at(-1)?.serial ?? after;
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

type TicketLine = Extract<RecordingLine, { kind: 'ticket' }>['ticket'];

function lineOf(ticket: Ticket): TicketLine {
  return { ...ticket, gates: ticket.gates === null ? null : [...ticket.gates] };
}

/** As the driver would have read it. */
function rowIn(ticket: Record<string, unknown>): TicketRow {
  const time = (value: unknown) => (typeof value === 'string' ? new Date(value) : null);
  const times = {
    valid_from: time(ticket['valid_from']),
    valid_until: time(ticket['valid_until']),
  };
  return { ...ticket, ...times } as unknown as TicketRow;
}

type ScanRow = Omit<
  Extract<RecordingLine, { kind: 'scan' }>,
  'kind' | 'scanId' | 'entryEpoch' | 'decidedAt' | 'readAt' | 'batchFrom' | 'revision'
> & {
  revision: string;
  scan_id: string;
  entry_epoch: number;
  decided_at: Date;
  read_at: string | null;
  batch_from: string | null;
};

async function* scansOf(client: PoolClient, event: number): AsyncGenerator<RecordingLine> {
  let after = { revision: '0', device: '', scan_id: '' };
  for (;;) {
    const { rows } = await client.query<ScanRow>(
      `SELECT revision, device, scan_id, gate, lane, checkpoint, entry_epoch, direction, verdict,
              reason, rung, serial, decided_at, inside, found, read_at, batch_from
       FROM scans WHERE event = $1 AND (revision, device, scan_id) > ($2::bigint, $3, $4)
       ORDER BY revision, device, scan_id LIMIT $5`,
      [event, after.revision, after.device, after.scan_id, ROWS_AT_ONCE],
    );
    for (const row of rows) yield scanLine(row);
    after = rows.at(-1) ?? after;
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

function scanLine(row: ScanRow): RecordingLine {
  const { revision, scan_id, entry_epoch, decided_at, read_at, batch_from, ...rest } = row;
  return {
    kind: 'scan',
    ...rest,
    revision: Number(revision),
    scanId: scan_id,
    entryEpoch: entry_epoch,
    decidedAt: decided_at.getTime(),
    readAt: read_at === null ? null : Number(read_at),
    batchFrom: batch_from === null ? null : Number(batch_from),
  };
}
