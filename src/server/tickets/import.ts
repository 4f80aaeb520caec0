// A ticket file into the store: read and staged in parts, checked as a whole, applied in one
// transaction. Until that commits nothing of the file exists; after it everything does.
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { codeHash, outlineOf } from '#domain/credentials/reading.ts';
import { groundOf } from '#domain/venue/match-event.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import {
  type ImportReport,
  PROBLEMS_SHOWN_MAX,
  type RowProblem,
  TICKET_COLUMNS,
  type TicketColumn,
} from '#protocol/tickets.ts';
import { codeOf, type EventKey, mediumHash } from '#server/entry/event-key.ts';
import { keepStagedTickets } from '#server/entry/history.ts';
import type { Acts } from '#server/platform/acts.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { type CsvFile, readCsv } from '#server/platform/csv.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { asRefusedFile, refusedFile } from '#server/platform/http/upload.ts';
import type { Principal } from '#server/platform/principal.ts';
import { type EventRow, lockEvent, raiseFence } from '#server/venue/store.ts';
import { discardClashes, findClashes } from './import-clashes.ts';
import { applyStaged, countMissing, hasNoTickets, lockList, planFor } from './import-store.ts';
import {
  clearImport,
  newImportId,
  returnSerials,
  type StagedTicket,
  serverStart,
  stagedLost,
  stageTickets,
  type TakenSerials,
} from './staged-tickets.ts';
import { draftReader, type TicketDraft } from './ticket-draft.ts';

const PART_ROWS = 5_000;
/** After so many, some milliseconds’ worth, scans have their turn, and so has the part that is being written. */
const TURN_ROWS = 250;
const OUTLINES_MAX = 1_000;
/** The planner must know of so many rows, or it joins a million of them one by one. */
const ANALYZE_FROM = 1_000;
/** By these columns rows are found and joined; to count the others costs as much as to write them. */
const ANALYZE_STAGED = 'ANALYZE (SKIP_LOCKED) staged_tickets (import_id, ref, is_new)';
const ANALYZE_TICKETS =
  'ANALYZE (SKIP_LOCKED) tickets (event, serial, ref, n, status), media (event, hash, serial, kind)';
const MEND = 'correct these lines and import the file again, or take the good ones with --skip-bad';

export type ImportDeps = { readonly pool: Pool; readonly acts: Acts; readonly node: string };
type Options = { readonly isDelta: boolean; readonly skipBad: boolean };

export async function importTickets(
  { pool, acts, node }: ImportDeps,
  principal: Principal | null,
  event: { readonly key: EventKey; readonly file: Parameters<typeof matchEventOf>[0] },
  bytes: AsyncIterable<Buffer>,
  options: Options,
): Promise<ImportReport> {
  const importId = newImportId(node);
  const taken: TakenSerials = { first: 0, last: 0, count: 0 };
  let isApplied = false;
  try {
    const startedAt = await serverStart(pool);
    const file = await readCsv(bytes, {
      known: TICKET_COLUMNS,
      required: ['ticket_ref', 'type'],
      leavesOut: options.skipBad,
    });
    // So many problems say enough: what the rows have among each other is not looked at.
    const isRefused = (bad: number) => bad >= PROBLEMS_SHOWN_MAX && !options.skipBad;
    const staging = await stage(pool, importId, event, file, taken, isRefused);
    if (isRefused(staging.bad)) throw refusedFile(staging.problems, staging.bad, MEND);
    if (staging.rows >= ANALYZE_FROM) await pool.query(ANALYZE_STAGED);
    const done = await acts.do(principal, async (client) => {
      const row = await lockEvent(client, event.key.eventId);
      if (row === null || row.status === 'archived') throw archived();
      if ((await serverStart(client)) !== startedAt) throw stagedLost();
      const result = await apply(client, row, importId, file.columns, staging, options);
      const { problems: _, ...counts } = result;
      const detail = { ...counts, rows: staging.rows, isDelta: options.isDelta };
      return { result, act: { act: 'tickets.imported', subject: event.key.eventId, detail } };
    });
    isApplied = true;
    const { added, changed, missing, bad, problems } = done;
    // Nobody waits for the planner to hear of it.
    if (added + changed >= ANALYZE_FROM) inBackground(pool.query(ANALYZE_TICKETS));
    return {
      rows: staging.rows,
      added,
      changed,
      unchanged: staging.rows - bad - added - changed,
      missing,
      bad,
      problems: [...leftOut(file.leftOut), ...problems],
      encoding: file.encoding(),
    };
  } catch (error) {
    throw asRefusedFile(error);
  } finally {
    if (!isApplied) await returnSerials(pool, event.key.number, taken).catch(() => {});
    inBackground(clearImport(pool, importId));
  }
}

type Done = Pick<ImportReport, 'added' | 'changed' | 'missing' | 'bad' | 'problems'>;

/** Checks the file as a whole against the tickets there are, then makes it true. */
async function apply(
  client: PoolClient,
  event: EventRow,
  importId: string,
  columns: readonly TicketColumn[],
  staging: Staging,
  { isDelta, skipBad }: Options,
): Promise<Done> {
  const { number } = event;
  await planFor(client, staging.rows);
  const listN = await lockList(client, number);
  const check = skipBad ? discardClashes : findClashes;
  const clashes = await check(client, number, importId, columns);
  const bad = staging.bad + clashes.count;
  const problems = [...staging.problems, ...clashes.problems]
    .sort((a, b) => a.line - b.line)
    .slice(0, PROBLEMS_SHOWN_MAX);
  if (bad > 0 && !skipBad) throw refusedFile(problems, bad, MEND);
  const outlines = [...new Set([...event.outlines, ...staging.outlines])].slice(0, OUTLINES_MAX);
  if (outlines.length > event.outlines.length) {
    await client.query('UPDATE events SET outlines = $2 WHERE number = $1', [number, outlines]);
  }
  const isFirst = await hasNoTickets(client, number);
  if (!isFirst) await keepStagedTickets(client, number, importId);
  const applied = await applyStaged(client, number, importId, columns, listN, isFirst);
  const missing = isDelta ? null : isFirst ? 0 : await countMissing(client, number, importId);
  if (applied.added + applied.changed > 0) await raiseFence(client, number);
  return { ...applied, missing, bad, problems };
}

function leftOut(names: readonly string[]): RowProblem[] {
  return names
    .slice(0, PROBLEMS_SHOWN_MAX)
    .map((name) => ({ line: 1, column: null, message: `unknown column “${name}”: left out` }));
}

/** The answer does not depend on it; a database that is away has taken it away itself. */
function inBackground(work: Promise<unknown>): void {
  work.catch(() => {});
}

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
  file: CsvFile<TicketColumn>,
  taken: TakenSerials,
  isRefused: (bad: number) => boolean,
): Promise<Staging> {
  const readDraft = draftReader(file.header, groundOf(matchEventOf(event.file)));
  const problems: RowProblem[] = [];
  const outlines = new Set<string>();
  let rows = 0;
  let bad = 0;
  let part: TicketDraft[] = [];
  // One part is written while the next is read.
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    await writing;
    const asStaged = (draft: TicketDraft, serial: number, isNew: boolean) =>
      stagedOf(draft, serial, isNew, event.key);
    writing = stageTickets(pool, event.key.number, importId, part, taken, asStaged);
    // Awaited with the next part: until then nobody else listens.
    writing.catch(() => {});
    part = [];
  };
  try {
    for await (const row of file.rows) {
      rows += 1;
      if (rows % TURN_ROWS === 0) await othersTurn();
      const draft = readDraft(row);
      if ('message' in draft) {
        bad += 1;
        if (problems.length < PROBLEMS_SHOWN_MAX) problems.push(draft);
        continue;
      }
      if (isRefused(bad)) continue;
      if (draft.code !== null && outlines.size < OUTLINES_MAX) outlines.add(outlineOf(draft.code));
      part.push(draft);
      if (part.length >= PART_ROWS) await flush();
    }
    if (part.length > 0) await flush();
    await writing;
  } finally {
    // What is swept away afterwards must not be written after that.
    await writing.catch(() => {});
  }
  return { rows, bad, problems, outlines };
}

function stagedOf(draft: TicketDraft, serial: number, isNew: boolean, key: EventKey): StagedTicket {
  const hashOf = (text: string) => codeHash(key.eventId, text, sha256);
  return {
    ...draft,
    serial,
    // A ticket that is there keeps the code it has.
    codeHash: isNew ? hashOf(codeOf(key, { issue: 0, serial })) : NO_HASH,
    foreignHash: draft.code === null ? null : hashOf(draft.code),
    cardHash: draft.cardUid === null ? null : mediumHash(key, draft.cardUid),
    documentHash: draft.document === null ? null : mediumHash(key, draft.document),
  };
}

const NO_HASH = new Uint8Array();

function archived(): HttpProblem {
  return new HttpProblem('conflict', {
    detail: 'the event is archived',
    mend: 'import the tickets into an event that is still to be played',
  });
}
