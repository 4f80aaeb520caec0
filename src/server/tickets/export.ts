// Exports, streamed: rows as text from here, pictures and pages from a thread of their own, so that
// printing 80,000 tickets never makes a scan wait.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Pool } from 'pg';
import { mintSignedCode } from '#domain/credentials/signed-code.ts';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { codeOf, signerOf } from '#server/entry/event-key.ts';
import type { TicketFace } from '#server/paper/ticket-face.ts';
import { eventFaceOf, type FaceRow, printedGates, readFaceRows, ticketFaceOf } from './faces.ts';

export type Export = {
  readonly format: 'csv' | 'json' | 'pdf' | 'svg';
  readonly gate: string | null;
  readonly signed: boolean;
};

export const EXPORT_TYPES: Readonly<Record<Export['format'], string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  pdf: 'application/pdf',
  svg: 'image/svg+xml',
};

const COLUMNS = [
  'ticket_ref',
  'code',
  'type',
  'stand',
  'section',
  'row',
  'seat',
  'gate',
  'status',
  'issue',
] as const;

export function exportTickets(
  pool: Pool,
  event: OpenEvent,
  wanted: Export,
  printedAt: number,
): AsyncGenerator<string | Uint8Array> {
  switch (wanted.format) {
    case 'csv':
      return exportCsv(pool, event, wanted);
    case 'json':
      return exportJson(pool, event, wanted);
    case 'pdf':
    case 'svg':
      return render(pool, event, wanted, printedAt);
  }
}

async function* exportCsv(pool: Pool, event: OpenEvent, wanted: Export): AsyncGenerator<string> {
  const columns = wanted.signed ? [...COLUMNS, 'signed_code'] : [...COLUMNS];
  yield `${columns.join(',')}\r\n`;
  for await (const rows of readFaceRows(pool, event)) {
    const lines = rows
      .filter((row) => isWanted(event, row, wanted))
      .map((row) =>
        Object.values(exported(event, row, wanted))
          .map(csvCell)
          .join(','),
      );
    if (lines.length > 0) yield `${lines.join('\r\n')}\r\n`;
  }
}

async function* exportJson(pool: Pool, event: OpenEvent, wanted: Export): AsyncGenerator<string> {
  let separator = '[';
  for await (const rows of readFaceRows(pool, event)) {
    const part = rows
      .filter((row) => isWanted(event, row, wanted))
      .map((row) => JSON.stringify(exported(event, row, wanted)));
    if (part.length === 0) continue;
    yield `${separator}\n${part.join(',\n')}`;
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : '\n]\n';
}

async function* render(
  pool: Pool,
  event: OpenEvent,
  { format, gate, signed }: Export,
  printedAt: number,
): AsyncGenerator<Uint8Array> {
  const eventFace = eventFaceOf(event);
  const faces: TicketFace[] = [];
  for await (const rows of readFaceRows(pool, event)) {
    for (const row of rows) {
      if (!isWanted(event, row, { format, gate, signed }) || row.status === 'cancelled') continue;
      faces.push(ticketFaceOf(event, row, eventFace));
    }
  }
  const worker = new Worker(new URL('./render-worker.ts', import.meta.url), {
    workerData: { format, faces, printedAt },
  });
  const ended = new AbortController();
  worker.once('exit', () => ended.abort(new Error('the rendering thread ended early')));
  try {
    for (;;) {
      const chunk = await nextChunk(worker, ended.signal);
      if (chunk === null) return;
      yield chunk;
    }
  } finally {
    await worker.terminate();
  }
}

/** Asks for one chunk: the thread never runs ahead of whoever reads. */
async function nextChunk(worker: Worker, ended: AbortSignal): Promise<Uint8Array | null> {
  const answered = once(worker, 'message', { signal: ended });
  worker.postMessage('next');
  const [chunk] = (await answered) as [Uint8Array | null];
  return chunk;
}

function isWanted(event: OpenEvent, row: FaceRow, { gate }: Export): boolean {
  return gate === null || printedGates(event, row).includes(gate);
}

function exported(event: OpenEvent, row: FaceRow, { signed }: Export): Record<string, unknown> {
  const { own } = event.keyring;
  const fields = { issue: row.issue, serial: row.serial };
  return {
    ticket_ref: row.ref,
    code: codeOf(own, fields),
    type: row.type,
    stand: row.stand ?? '',
    section: row.section ?? '',
    row: row.row ?? '',
    seat: row.seat ?? '',
    gate: printedGates(event, row).join('|'),
    status: row.is_blocked ? 'blocked' : row.status,
    issue: row.issue,
    ...(signed ? { signed_code: signedCodeOf(event, fields) } : {}),
  };
}

function signedCodeOf(event: OpenEvent, fields: { issue: number; serial: number }): string {
  const { own } = event.keyring;
  const untilMinute = Math.ceil(event.ground.event.endsAt / MINUTE_MS);
  return mintSignedCode({ ...fields, event: own.number, untilMinute }, signerOf(own));
}

/** RFC 4180; a cell that a spreadsheet would run as a formula is made text. */
function csvCell(value: unknown): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
