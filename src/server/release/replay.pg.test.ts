// An evening with everything in it, decided by two nodes at once, and then decided once more.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Replay, replay } from '#domain/release/replay.ts';
import { readRecording } from '#protocol/read-recording.ts';
import { derbyFile, derbyRef, derbyTickets } from '../../testing/derby.ts';
import { type Asked, HttpNode } from '../../testing/http-node.ts';
import { PLANTED, planted } from '../../testing/planted-source.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { Chance } from '../../testing/simulation/chance.ts';

const EVENT = '/api/v1/events/derby';
const TICKETS = 90;
const GATES = ['N1', 'N3', 'S1'];
let database: TestDatabase;
let nodes: readonly [HttpNode, HttpNode];
let recorded: string;
const codes: string[] = [];
const lanes: { readonly gate: string; readonly token: string }[] = [];
const chance = new Chance(11);

before(async () => {
  database = await testDatabase();
  const first = await HttpNode.start(database);
  nodes = [first, await HttpNode.start(database, { beside: first })];
  await play();
  recorded = await (await first.fetch(`${EVENT}/recording`)).text();
});

after(async () => {
  await nodes[1][Symbol.asyncDispose]();
  await nodes[0][Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const linesOf = async function* (text: string) {
  yield* text.trimEnd().split('\n');
};

async function replayed(text: string): Promise<Replay> {
  return replay((await readRecording(linesOf(text))).recording);
}

test('the version that decided an evening says the same of every scan of it', async () => {
  const { differences, judged, judgedAlone, leftOut, scans } = await replayed(recorded);
  assert.deepEqual(differences, []);
  assert.ok(judged > 500 && judgedAlone >= 10, `${judged} and ${judgedAlone} judged`);
  assert.equal(judged + judgedAlone + leftOut.counted + leftOut.reading + leftOut.policy, scans);
  for (const reason of ['held', 'wrong-gate', 'blocked', 'revoked', 'already-used', 'too-late']) {
    assert.ok(recorded.includes(`"reason":"${reason}"`), `${reason} was among them`);
  }
});

test('an answer that was never given is found, with ticket, gate and both reasons', async () => {
  const line = recorded.split('\n').find((each) => each.includes('"reason":"blocked"')) ?? '';
  const forged = line.replace('"reason":"blocked"', '"reason":"revoked"');
  const { differences } = await replayed(recorded.replace(line, forged));
  assert.equal(differences.length, 1);
  const [difference] = differences;
  assert.match(difference?.ticketRef ?? '', /^RV-/);
  assert.deepEqual(difference?.new, { verdict: 'refused', reason: 'blocked' });
});

test('kaimen replay finds a planted change of a rule, and ends with 1', async () => {
  const file = path.join(nodes[0].dataDir, 'derby.recording');
  writeFileSync(file, recorded);
  const same = await runReplay(file, {});
  assert.deepEqual([same.code, same.document.differences.length], [0, 0]);
  const off = planted({
    file: '/src/domain/entry/crossings.ts',
    text: "if (rules.reentry === 'not-allowed') return closedBy('already-used', slots);",
    by: "if (rules.reentry === 'not-allowed') return closedBy('already-inside', slots);",
  });
  const other = await runReplay(file, off);
  assert.equal(other.code, 1);
  assert.deepEqual(
    [...new Set(other.document.pairs.map((pair) => `${pair.old} → ${pair.new}`))],
    ['already-used → already-inside'],
  );
  assert.ok(other.document.differences.every(({ ticketRef }) => ticketRef?.startsWith('RV-')));
});

test('a recording that is cut short, or says what nobody knows, is refused by its line', async () => {
  const lines = recorded.trimEnd().split('\n');
  await assert.rejects(replayed(lines.slice(0, -1).join('\n')), /cut short/);
  await assert.rejects(replayed(lines.slice(1).join('\n')), /line 1: a recording begins/);
  const odd = recorded.replace('"found":"current"', '"found":"perhaps"');
  await assert.rejects(replayed(odd), /line \d+: found: “perhaps” is not known here/);
});

type Document = {
  readonly differences: readonly { readonly ticketRef: string | null }[];
  readonly pairs: readonly { readonly old: string; readonly new: string }[];
};

async function runReplay(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly document: Document }> {
  const main = new URL('../../../bin/kaimen.js', import.meta.url).pathname;
  const args = [...PLANTED, main, 'replay', '--json', file];
  const run = promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  const { code = 0, stdout } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code, document: JSON.parse(stdout) as Document };
}

/** A server that has too much to do says so, and is asked again. */
async function ask<T>(node: HttpNode, address: string, asked: Asked = {}): Promise<T> {
  for (let left = 40; ; left -= 1) {
    const response = await node.fetch(address, asked);
    const text = await response.text();
    if (response.status === 200) return JSON.parse(text) as T;
    assert.ok(response.status === 503 && left > 0, `${address}: ${response.status} ${text}`);
    await pause(250);
  }
}

async function play(): Promise<void> {
  const [first] = nodes;
  await ask(first, EVENT, { method: 'PUT', body: derbyFile({ isNow: true, sectionLimit: 40 }) });
  const types = ['adult', 'season', 'family', 'adult', 'staff'];
  await ask(first, `${EVENT}/tickets/import`, { body: derbyTickets(TICKETS, types) });
  await bunch();
  await ask(first, `${EVENT}/open`, { method: 'POST' });
  await readCodes();
  for (const gate of [...GATES, 'N1']) {
    lanes.push({ gate, ...(await enrol(gate)) });
  }
  for (const act of ACTS) {
    await Promise.all([bunch(), act(), bunch()]);
    await bunch();
  }
  await ask(first, `${EVENT}/close`, { method: 'POST' });
  await bunch();
}

async function enrol(gate: string): Promise<{ token: string }> {
  return await ask(nodes[0], '/api/v1/devices', { body: { event: 'derby', gate } });
}

async function readCodes(): Promise<void> {
  const rows = await ask<{ code: string }[]>(nodes[0], `${EVENT}/tickets/export?format=json`);
  // Old codes stay among those that are shown.
  codes.push(...rows.map(({ code }) => code));
}

/** Twenty people at once, at both nodes. */
async function bunch(): Promise<void> {
  if (lanes.length === 0) return;
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const lane = lanes[chance.between(0, lanes.length - 1)];
      const code = chance.is(1 / 12) ? 'not a code' : codes[chance.between(0, codes.length - 1)];
      const body = {
        scanId: crypto.randomUUID(),
        code,
        direction: chance.is(1 / 4) ? 'out' : 'in',
        scannedAt: new Date().toISOString(),
      };
      const node = nodes[index % 2] ?? nodes[0];
      const answer = await ask<{ verdict: string; reason: string | null }>(node, '/api/v1/scans', {
        token: lane?.token ?? '',
        body,
      });
      if (answer.verdict === 'admitted' && chance.is(1 / 10)) {
        await node.fetch(`/api/v1/scans/${body.scanId}/annul`, {
          token: lane?.token ?? '',
          body: { cause: 'not-turned' },
        });
      }
    }),
  );
}

const put = (what: string, body: object, method: 'PUT' | 'POST' = 'POST') =>
  ask<{ id: string }>(nodes[0], `${EVENT}/${what}`, {
    method,
    body: { reason: 'a test', ...body },
  });
const lift = (what: string, id: string) =>
  ask(nodes[1], `${EVENT}/${what}/${id}`, { method: 'DELETE' });
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

async function duringHold(body: object): Promise<void> {
  const { id } = await put('holds', body);
  await bunch();
  await lift('holds', id);
}

const ACTS: readonly (() => Promise<unknown>)[] = [
  () => duringHold({ scope: 'gate/N1', kind: 'stop' }),
  () => duringHold({ scope: 'stand/north', kind: 'meter', perMinute: 5 }),
  () => put('limits', { scope: 'section/N104', limit: 12 }, 'PUT'),
  () => put('diversions', { sections: ['N104'], gates: ['S1'], until: inAnHour() }),
  () => ticketActs('block', [2, 4, 6, 7, 9, 11, 12]),
  () => ticketActs('unblock', [2, 9]),
  () => ticketActs('reissue', [1, 3, 5, 8, 14]).then(readCodes),
  uploadJournal,
  () =>
    ask(nodes[0], `${EVENT}/tickets/import?delta=true`, {
      body: `ticket_ref,type,section,row,seat\n${derbyRef(20)},season,S101,1,1\n${derbyRef(21)},adult,N103,1,2\n`,
    }),
  () => admitByHand(30),
  evacuate,
  uploadJournal,
  () => put('limits', { scope: 'section/N104', limit: 40, ...second }, 'PUT'),
];

const second: { secondPerson?: string } = {};

async function ticketActs(act: string, serials: readonly number[]): Promise<void> {
  for (const serial of serials) {
    await ask(nodes[0], `${EVENT}/tickets/${derbyRef(serial)}/${act}`, {
      body: { reason: 'a test' },
    });
    await bunch();
  }
}

/** What a lane decided alone, half of it with tickets that others let in. */
async function uploadJournal(): Promise<void> {
  const lane = lanes[0];
  const at = new Date(Date.now() - 100).toISOString();
  const entries = Array.from({ length: 12 }, (_, index) => {
    const isRefused = index % 4 === 3;
    return {
      seq: index + 1,
      kind: 'outcome',
      scanId: crypto.randomUUID(),
      code: codes[40 + index],
      direction: 'in',
      scannedAt: at,
      verdict: isRefused ? 'refused' : 'provisional',
      reason: isRefused ? 'held' : null,
      rung: isRefused ? 'local' : 'provisional',
      revision: null,
    };
  });
  const body = { journalId: crypto.randomUUID(), entries, isComplete: true };
  await ask(nodes[0], '/api/v1/journal', { token: lane?.token ?? '', body });
}

async function admitByHand(serial: number): Promise<void> {
  const body = { requestId: crypto.randomUUID(), gate: 'N1', ref: derbyRef(serial) };
  await nodes[0].fetch(`${EVENT}/admissions`, { body: { ...body, reason: 'a test' } });
}

async function evacuate(): Promise<void> {
  const { token } = await ask<{ token: string }>(nodes[0], '/api/v1/tokens', {
    body: { role: 'control-room', person: 'somebody-else' },
  });
  second.secondPerson = token;
  await ask(nodes[0], `${EVENT}/evacuation`, { body: { isDrill: false, reason: 'a test' } });
  await bunch();
  await ask(nodes[0], `${EVENT}/evacuation/end`, {
    body: { readmit: true, secondPerson: token, reason: 'over' },
  });
}
