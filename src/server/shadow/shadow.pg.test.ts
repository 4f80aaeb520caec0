import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Direction } from '#domain/entry/verdict.ts';
import { DrillClient } from '#drill/drill-client.ts';
import { FiledMatch } from '#drill/filed-match.ts';
import type { ShadowReport } from '#protocol/shadow.ts';
import { HttpNode } from '#testing/http-node.ts';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';

const AT_ONCE = 64;

let database: TestDatabase;
let node: HttpNode;
let client: DrillClient;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
  client = await DrillClient.open(node.url, 16, node.adminToken);
});

after(async () => {
  client?.[Symbol.dispose]();
  await node?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

type LogLine = {
  readonly code: string;
  readonly direction: Direction;
  readonly at: string;
  readonly isAdmitted: boolean;
};

let scans = 0;

/** Scans them at one lane, many at once. @returns the log of a system that decides as we do */
async function scanAll(
  match: FiledMatch,
  codes: readonly string[],
  direction: Direction = 'in',
): Promise<LogLine[]> {
  const lane = await match.lane();
  const lines: LogLine[] = [];
  for (let from = 0; from < codes.length; from += AT_ONCE) {
    const part = codes.slice(from, from + AT_ONCE).map(async (code) => {
      scans += 1;
      const at = new Date().toISOString();
      const scan = { scanId: `s-${scans}`, code, direction, scannedAt: at };
      const { verdict } = await client.scan(lane, scan);
      return { code, direction, at, isAdmitted: verdict === 'admitted' };
    });
    lines.push(...(await Promise.all(part)));
  }
  return lines;
}

function logOf(lines: readonly LogLine[]): string {
  const rows = lines.map(
    ({ code, direction, at, isAdmitted }) =>
      `${code},${at},${direction},${isAdmitted ? '放行' : '拒绝'},${isAdmitted ? '' : '黑名单'}\r\n`,
  );
  return `\ufeffcode,at,direction,decision,reason\r\n${rows.join('')}`;
}

function compare(match: FiledMatch, body: string): Promise<ShadowReport> {
  return node.ask<ShadowReport>(`${match.path}/shadow/compare`, { body });
}

function flipped(line: LogLine): LogLine {
  return { ...line, isAdmitted: !line.isAdmitted };
}

const TICKETS = 1_000;
/** 2 % of what is scanned. */
const PLANTED = 24;

/** Every tenth ticket is a card, which each side spells in its own way. */
function codeOf(n: number): string {
  const digits = String(n).padStart(6, '0');
  return n % 10 === 0 ? `04:${digits.match(/../g)?.join(':')}` : `690${digits}`;
}

function asTheyRead(line: LogLine): LogLine {
  return { ...line, code: line.code.replaceAll(':', '').toLowerCase() };
}

test('finds 2 % of planted differences of each kind, and nothing else', async () => {
  const match = await FiledMatch.open(client, 'shadow');
  const all = Array.from({ length: TICKETS + PLANTED }, (_, n) => n);
  const rows = all.map((n) => {
    const column = n % 10 === 0 ? `,${codeOf(n)}` : `${codeOf(n)},`;
    return `T-${n},adult,${column}\n`;
  });
  await match.take(`ticket_ref,type,code,card_uid\n${rows.join('')}`);
  const came = all.slice(0, TICKETS).map(codeOf);
  const log = [
    ...(await scanAll(match, came)),
    ...(await scanAll(match, came.slice(0, 100))),
    ...(await scanAll(match, came.slice(0, 100), 'out')),
  ];
  assert.equal(log.length, 50 * PLANTED);
  assert.equal(log.filter(({ isAdmitted }) => !isAdmitted).length, 100);
  const agreed = logOf(log.map(asTheyRead));
  assert.deepEqual(await compare(match, agreed), { compared: 1200, same: 1200, differences: [] });

  // Of those who came once; second scans too, as a system decides that lets them in again.
  const planted = new Map<LogLine, string>();
  const plant = (kind: string, lines: readonly LogLine[]) => {
    assert.equal(lines.length, PLANTED);
    for (const line of lines) planted.set(line, kind);
    return lines;
  };
  const flips = [...log.slice(200, 212), ...log.slice(1_000, 1_012)];
  const dropped = new Set(log.slice(300, 300 + PLANTED));
  const decisions = new Map(flips.map((line) => [line, asTheyRead(flipped(line))]));
  plant('decision', [...decisions.values()]);
  const line = { direction: 'in', at: new Date().toISOString(), isAdmitted: true } as const;
  const unscanned = all.slice(TICKETS).map((n) => ({ ...line, code: codeOf(n) }));
  const strangers = all.slice(0, PLANTED).map((n) => ({ ...line, code: `FAKE-${n}` }));
  const theirs = [
    ...plant('only-old', unscanned).slice(0, 10),
    ...log
      .filter((each) => !dropped.has(each))
      .map((each) => decisions.get(each) ?? asTheyRead(each)),
    ...plant('unknown-code', strangers),
    ...unscanned.slice(10),
  ];

  const report = await compare(match, logOf(theirs));
  const expected = theirs.flatMap((each, index) => {
    const kind = planted.get(each);
    return kind === undefined ? [] : [[kind, index + 2]];
  });
  const found = report.differences.map(({ kind, line }) => [kind, line]);
  assert.deepEqual(found.slice(0, 3 * PLANTED), expected);
  assert.deepEqual(
    report.differences
      .slice(3 * PLANTED)
      .map(({ kind, ticketRef }) => `${kind} ${ticketRef}`)
      .sort(),
    [...dropped].map(({ code }) => `only-ours T-${came.indexOf(code)}`).sort(),
  );
  assert.equal(report.compared, log.length + 2 * PLANTED);
  assert.equal(report.same, report.compared - 4 * PLANTED);
  const whys = new Set(report.differences.map(({ kind, why }) => `${kind}: ${why}`));
  assert.deepEqual([...whys].sort(), [
    'decision: the old system refused it: 黑名单',
    'decision: we refused it: already-used',
    'only-old: we did not see this scan',
    'only-ours: the old system did not see this scan',
    'unknown-code: we do not have this code',
  ]);
});

test('scans count in the order of their times, not of their lines', async () => {
  const match = await FiledMatch.open(client, 'shadow-order');
  await match.take('ticket_ref,type,code\nA,adult,X1\n');
  await scanAll(match, ['X1']);
  await scanAll(match, ['X1']);
  const log = (first: string, second: string) =>
    `code,at,decision\nX1,2026-11-29T17:31:00+08:00,${second}\nx1,2026-11-29T09:30:00Z,${first}\n`;
  assert.equal((await compare(match, log('ok', 'refused'))).differences.length, 0);
  assert.equal((await compare(match, log('refused', 'ok'))).differences.length, 2);
  assert.equal((await compare(match, 'code,decision\nX1,ok\nX1,refused\n')).same, 2);
});

test('a log with bad lines is refused, and each is named', async () => {
  const match = await FiledMatch.open(client, 'shadow-bad');
  const body = 'code,at,decision\nX1,17:30,ok\n,2026-11-29T09:30:00Z,ok\nX1\n';
  const { errors } = await node.refuses(422, `${match.path}/shadow/compare`, { body });
  assert.deepEqual(
    errors?.map(({ field }) => field),
    ['line 2, at', 'line 3, code', 'line 4'],
  );
  const unknown = await node.refuses(422, `${match.path}/shadow/compare`, { body: 'code,ok\n' });
  assert.match(unknown.detail ?? '', /line 1: unknown column “ok”/);
  const headers = { 'content-type': 'application/json' };
  await node.refuses(415, `${match.path}/shadow/compare`, { body: '{}', headers });
  assert.deepEqual(await compare(match, 'code,decision\n'), {
    ...{ compared: 0, same: 0, differences: [] },
  });
});

test('100,000 lines of a log are compared', async (t) => {
  const match = await FiledMatch.open(client, 'shadow-long');
  const codes = Array.from({ length: 500 }, (_, n) => `X${n}`);
  const rows = codes.map((code) => `T-${code},adult,${code}\n`);
  await match.take(`ticket_ref,type,code\n${rows.join('')}`);
  const log = Array.from({ length: 100_000 }, (_, n) => `X${n % 500},ok,N1\n`);
  const startedAt = performance.now();
  const { compared, differences } = await compare(match, `code,decision,gate\n${log.join('')}`);
  t.diagnostic(`100,000 lines: ${Math.round(performance.now() - startedAt)} ms`);
  assert.deepEqual([compared, differences.length], [100_000, 100_000]);
  assert.deepEqual(
    [differences[0]?.line, differences[99_999]?.line, differences[7]?.ticketRef],
    [2, 100_001, 'T-X7'],
  );
});
