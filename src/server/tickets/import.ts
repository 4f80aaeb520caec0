// A ticket file into the store: read and staged in parts, checked as a whole, applied in one
// transaction. Until that commits nothing of the file exists; after it everything does.
import type { Pool } from 'pg';
import { codeHash, outlineOf } from '#domain/credentials/reading.ts';
import { SERIAL_MAX } from '#domain/credentials/ticket-code.ts';
import { groundOf } from '#domain/venue/match-event.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import { type ImportReport, PROBLEMS_SHOWN_MAX, type RowProblem } from '#protocol/tickets.ts';
import { codeOf, type EventKey, mediumHash } from '#server/entry/event-key.ts';
import type { Acts } from '#server/platform/acts.ts';
import { randomName, sha256 } from '#server/platform/crypto.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import { lockEvent, raiseFence } from '#server/venue/store.ts';
import { applyStaged, findClashes, type StagedTicket, stageTickets } from './import-store.ts';
import { draftReader, type TicketDraft } from './ticket-draft.ts';
import { readTicketFile, type TicketFile, TicketFileError } from './ticket-file.ts';

const PART_ROWS = 5_000;

export type ImportDeps = { readonly pool: Pool; readonly acts: Acts };

export async function importTickets(
  { pool, acts }: ImportDeps,
  principal: Principal | null,
  event: { readonly key: EventKey; readonly file: Parameters<typeof matchEventOf>[0] },
  bytes: AsyncIterable<Buffer>,
  options: { readonly isDelta: boolean; readonly skipBad: boolean },
): Promise<ImportReport> {
  const importId = randomName('imp-', 5);
  try {
    const file = await readTicketFile(bytes);
    const staging = await stage(pool, importId, event, file);
    // The planner must know how much was staged, or it joins a million rows one by one.
    await pool.query('ANALYZE staged_tickets');
    const clashes = await findClashes(pool, event.key.number, importId, options.skipBad);
    const problems = [...staging.problems, ...clashes].sort((a, b) => a.line - b.line);
    const bad = staging.bad + clashes.length;
    if (bad > 0 && !options.skipBad) throw refusedFile(problems, bad);
    const applied = await acts.do(principal, async (client) => {
      const row = await lockEvent(client, event.key.eventId);
      if (row === null || row.status === 'archived') throw archived();
      const outlines = [...new Set([...row.outlines, ...staging.outlines])].slice(0, OUTLINES_MAX);
      await client.query('UPDATE events SET outlines = $2 WHERE number = $1', [
        row.number,
        outlines,
      ]);
      const result = await applyStaged(client, row.number, importId, file.columns);
      if (result.added + result.changed > 0) await raiseFence(client, row.number);
      const detail = { ...result, rows: staging.rows, bad, isDelta: options.isDelta };
      return { result, act: { act: 'tickets.imported', subject: event.key.eventId, detail } };
    });
    if (applied.added + applied.changed > ANALYZE_FROM) await pool.query('ANALYZE tickets, media');
    return {
      rows: staging.rows,
      added: applied.added,
      changed: applied.changed,
      unchanged: staging.rows - bad - applied.added - applied.changed,
      missing: options.isDelta ? null : applied.missing,
      bad,
      problems: problems.slice(0, PROBLEMS_SHOWN_MAX),
      encoding: file.encoding(),
    };
  } catch (error) {
    if (!(error instanceof TicketFileError)) throw error;
    throw refusedFile([{ line: error.line, column: null, message: error.message }], 1);
  } finally {
    // In the background: the answer does not depend on it.
    pool.query('DELETE FROM staged_tickets WHERE import_id = $1', [importId]).catch(() => {});
  }
}

const OUTLINES_MAX = 1_000;
const ANALYZE_FROM = 1_000;

type Staging = {
  readonly rows: number;
  readonly bad: number;
  readonly problems: readonly RowProblem[];
  readonly outlines: ReadonlySet<string>;
};

/** Checks each row and stages the good ones, part by part. */
async function stage(
  pool: Pool,
  importId: string,
  event: { readonly key: EventKey; readonly file: Parameters<typeof matchEventOf>[0] },
  file: TicketFile,
): Promise<Staging> {
  const readDraft = draftReader(file.columns, groundOf(matchEventOf(event.file)));
  const problems: RowProblem[] = [];
  const outlines = new Set<string>();
  let rows = 0;
  let bad = 0;
  let part: TicketDraft[] = [];
  const flush = async () => {
    const drafts = part;
    part = [];
    if (drafts.length === 0) return;
    await stageTickets(pool, event.key.number, importId, drafts, (draft, serial) =>
      stagedOf(draft, serial, event.key),
    );
  };
  for await (const row of file.rows) {
    rows += 1;
    const draft = readDraft(row);
    if ('message' in draft) {
      bad += 1;
      if (problems.length < PROBLEMS_SHOWN_MAX) problems.push(draft);
      continue;
    }
    if (draft.code !== null && outlines.size < OUTLINES_MAX) outlines.add(outlineOf(draft.code));
    part.push(draft);
    if (part.length >= PART_ROWS) await flush();
  }
  await flush();
  return { rows, bad, problems, outlines };
}

function stagedOf(draft: TicketDraft, serial: number, key: EventKey): StagedTicket {
  if (serial > SERIAL_MAX) throw new TicketFileError(draft.line, 'the event has no serials left');
  const hashOf = (text: string) => codeHash(key.eventId, text, sha256);
  return {
    ...draft,
    serial,
    codeHash: hashOf(codeOf(key, { issue: 0, serial })),
    foreignHash: draft.code === null ? null : hashOf(draft.code),
    cardHash: draft.cardUid === null ? null : mediumHash(key, draft.cardUid),
    documentHash: draft.document === null ? null : mediumHash(key, draft.document),
  };
}

function refusedFile(problems: readonly RowProblem[], bad: number): HttpProblem {
  const errors = problems.slice(0, PROBLEMS_SHOWN_MAX).map(({ line, column, message }) => ({
    field: column === null ? `line ${line}` : `line ${line}, ${column}`,
    message,
  }));
  const first = errors[0];
  const rest = bad > 1 ? ` (and ${bad - 1} more)` : '';
  return new HttpProblem('refused-file', {
    detail: `${first?.field}: ${first?.message}${rest}`,
    mend: 'correct these lines and import the file again, or take the good ones with --skip-bad',
    errors,
  });
}

function archived(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'the event is archived',
    mend: 'import the tickets into an event that is still to be played',
  });
}
