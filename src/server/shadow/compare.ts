// The log of the system being replaced, compared with what we decided: all of it, or refused by line.
import type { Pool, PoolClient } from 'pg';
import { compareScans, type Difference } from '#domain/entry/shadow.ts';
import { SHADOW_COLUMNS, type ShadowColumn, type ShadowReport } from '#protocol/shadow.ts';
import { PROBLEMS_SHOWN_MAX, type RowProblem } from '#protocol/tickets.ts';
import type { Keyring } from '#server/entry/find-code.ts';
import { type CsvFile, readCsv } from '#server/platform/csv.ts';
import { CsvFileError } from '#server/platform/csv-text.ts';
import { asRefusedFile, refusedFile } from '#server/platform/http/upload.ts';
import { type OldLine, oldLineReader } from './old-log.ts';
import { addOldLines, scansByCode, withOldLog } from './store.ts';

const PART_LINES = 5_000;
/** Six scans for each of 80,000 people; what differs is held in memory. */
const LINES_MAX = 500_000;

export async function compareWithOldLog(
  pool: Pool,
  keyring: Keyring,
  bytes: AsyncIterable<Buffer>,
): Promise<ShadowReport> {
  try {
    const log = await readCsv(bytes, { known: SHADOW_COLUMNS, required: ['code', 'decision'] });
    return await withOldLog(pool, async (client) => {
      await takeIn(client, keyring, log);
      return await compareAll(client, keyring.own.number);
    });
  } catch (error) {
    throw asRefusedFile(error);
  }
}

async function takeIn(
  client: PoolClient,
  keyring: Keyring,
  log: CsvFile<ShadowColumn>,
): Promise<void> {
  const readLine = oldLineReader(log.columns);
  const problems: RowProblem[] = [];
  let bad = 0;
  let lines = 0;
  let part: OldLine[] = [];
  for await (const row of log.rows) {
    lines += 1;
    if (lines > LINES_MAX) throw new CsvFileError(row.line, 'a log may have 500,000 lines');
    const line = readLine(row);
    if ('message' in line) {
      bad += 1;
      if (problems.length < PROBLEMS_SHOWN_MAX) problems.push(line);
      continue;
    }
    part.push(line);
    if (part.length < PART_LINES) continue;
    await addOldLines(client, keyring, part);
    part = [];
  }
  if (bad > 0) throw refusedFile(problems, bad, 'correct these lines and compare again');
  if (part.length > 0) await addOldLines(client, keyring, part);
}

async function compareAll(client: PoolClient, eventNumber: number): Promise<ShadowReport> {
  const differences: Difference[] = [];
  let compared = 0;
  for await (const scans of scansByCode(client, eventNumber)) {
    compared += Math.max(scans.old.length, scans.ours.length);
    for (const difference of compareScans(scans)) differences.push(difference);
  }
  const lineOf = ({ line }: Difference) => line ?? Number.POSITIVE_INFINITY;
  differences.sort((a, b) => (lineOf(a) === lineOf(b) ? 0 : lineOf(a) - lineOf(b)));
  return { compared, same: compared - differences.length, differences };
}
