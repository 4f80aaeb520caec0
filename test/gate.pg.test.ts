// The gate under everybody at once: 64 lanes, every ticket shown again and again, one admission each.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { EventCounts } from '#protocol/live.ts';
import { Chance } from '../src/drill/demo/seed/chance.ts';
import { DrillClient } from '../src/drill/drill-client.ts';
import { type Connections, openConnections } from '../src/drill/load/connections.ts';
import { ServerProcess } from '../src/drill/server-process.ts';
import { refOf, type SmallMatch, setUpMatch } from '../src/drill/small-match.ts';
import { openTemporaryDirectory } from '../src/testing/postgres-process.ts';
import {
  type Answers,
  everyTicketAgainAndAgain,
  keyOf,
  present,
  readScans,
  scanAt,
} from './presentations.ts';

const SEED = process.env['KAIMEN_SEED'] ?? 'gate';
const LANES = 64;
const GATES = 8;
/** `npm run test:whole` shows all of them. */
const TICKETS = process.env['KAIMEN_WHOLE'] === '1' ? 20_000 : 2_000;
const TIMES = 4;
const ANSWER_WITHIN_MS = 20_000;

const scratch = openTemporaryDirectory();
let server: ServerProcess;
let client: DrillClient;
let connections: Connections;

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
  client = await DrillClient.open(server.url, 4, server.adminToken);
  connections = await openConnections(server.url, LANES, undefined, {
    timeoutMs: ANSWER_WITHIN_MS,
  });
});

after(async () => {
  connections?.close();
  client?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

/** A match of its own for each test, so that none sees what another let in. */
function openMatch(eventId: string, tickets: number, admits = (_serial: number) => 1) {
  const size = { eventId, tickets, lanes: LANES, gates: GATES, admits };
  return setUpMatch(client, server.adminToken, size);
}

function hold(match: SmallMatch, body: object): Promise<{ id: string }> {
  return client.ask({ path: `/api/v1/events/${match.eventId}/holds`, body });
}

function countOf(answers: Answers, verdict: string): number {
  return [...answers.values()].filter((answer) => answer.verdict === verdict).length;
}

test(`of ${TICKETS} tickets shown four times at 64 lanes at once, each admits whom it is for, and no more`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const admits = (serial: number) => (serial % 20 === 0 ? 2 + (serial % 4) : 1);
  const match = await openMatch('everybody', TICKETS, admits);
  const chance = new Chance(SEED);
  const shown = everyTicketAgainAndAgain(match, chance, (serial) => TIMES + admits(serial) - 1);
  const startedAt = performance.now();
  const answers = await present(connections, shown);
  const seconds = (performance.now() - startedAt) / 1_000;
  t.diagnostic(`${shown.length} scans, ${Math.round(shown.length / seconds)} a second`);
  assert.equal(answers.size, TICKETS * TIMES + sumOf(TICKETS, (serial) => admits(serial) - 1));

  const admitted = new Map<string, number>();
  for (const [key, answer] of answers) {
    if (answer.verdict === 'admitted') {
      const ref = answer.ticket?.ref ?? '';
      admitted.set(ref, (admitted.get(ref) ?? 0) + 1);
    } else {
      assert.equal(answer.verdict, 'refused', key);
      assert.match(answer.reason ?? '', /^already-(used|inside)$/, key);
      assert.ok(answer.first, `${key} is not told who was first`);
    }
  }
  for (let serial = 1; serial <= TICKETS; serial++) {
    assert.equal(admitted.get(refOf(serial)), admits(serial), refOf(serial));
  }

  const again = chance.some(shown, 1_000);
  const repeated = await present(connections, again);
  for (const [key, answer] of repeated) assert.equal(answer.text, answers.get(key)?.text);
  await recordsAgree(match, answers);
  const path = `/api/v1/events/${match.eventId}/counts`;
  const counts = await client.ask<EventCounts>({ method: 'GET', path });
  assert.equal(counts.inside['ground'], sumOf(TICKETS, admits));
});

/** What the control room reads is what lanes were told: each scan once, in the order of revisions. */
async function recordsAgree(match: SmallMatch, answers: Answers): Promise<void> {
  const records = await readScans(client, match.eventId);
  assert.equal(records.length, answers.size);
  let before = 0;
  for (const record of records) {
    const answer = answers.get(keyOf(record));
    assert.ok(answer, `${keyOf(record)} was never answered`);
    assert.ok(record.revision >= before);
    before = record.revision;
    assert.deepEqual(
      [record.verdict, record.reason, record.revision, record.decidedAt, record.ticketRef],
      [answer.verdict, answer.reason, answer.revision, answer.decidedAt, answer.ticket?.ref],
    );
  }
}

test('a limit stops on the number with 64 lanes at once, and every place that is left is filled again', async () => {
  const [limit, leavers, raised] = [137, 40, 200];
  const match = await openMatch('limited', 600, (serial) => (serial % 10 === 0 ? 3 : 1));
  const limits = `/api/v1/events/${match.eventId}/limits`;
  const body = { scope: 'stand/north', limit, reason: 'test' };
  await client.ask({ method: 'PUT', path: limits, body });
  const chance = new Chance(`${SEED} limit`);
  const everybody = everyTicketAgainAndAgain(match, chance, () => 1);
  const first = await present(connections, everybody);
  assert.equal(countOf(first, 'admitted'), limit);
  for (const answer of first.values()) {
    if (answer.verdict !== 'admitted') assert.equal(answer.reason, 'held');
  }

  // Some leave while others ask, and go on asking until the ground is full again.
  const once = [...new Map(everybody.map((scan) => [keyOf(scan), scan])).values()];
  const insiders = once.filter((scan) => first.get(keyOf(scan))?.verdict === 'admitted');
  const outsiders = once.filter((scan) => first.get(keyOf(scan))?.verdict !== 'admitted');
  const ask = (round: string) =>
    outsiders.map(({ lane, code }, index) => scanAt(lane, `${round}-${index}`, code));
  const leaving = insiders
    .slice(0, leavers)
    .map(({ lane, code }, index) => scanAt(lane, `leave-${index}`, code, 'out'));
  const mixed = await present(connections, chance.some([...ask('mixed'), ...leaving], 1_000));
  const left = leaving.filter((scan) => mixed.get(keyOf(scan))?.verdict === 'admitted').length;
  assert.equal(left, leavers);
  const later = await present(connections, ask('later'));
  const entered = countOf(mixed, 'admitted') - left + countOf(later, 'admitted');
  assert.equal(entered, leavers);

  const second = { role: 'safety-officer', person: 'p-second' };
  const { token } = await client.ask<{ token: string }>({ path: '/api/v1/tokens', body: second });
  const wider = { ...body, limit: raised, secondPerson: token };
  await client.ask({ method: 'PUT', path: limits, body: wider });
  const more = await present(connections, ask('wider'));
  assert.equal(countOf(more, 'admitted'), raised - limit);

  let inside = 0;
  for (const { direction, verdict, revision } of await readScans(client, match.eventId)) {
    if (verdict === 'admitted') inside += direction === 'in' ? 1 : -1;
    assert.ok(inside <= raised, `${inside} inside at revision ${revision}`);
  }
  assert.equal(inside, raised);
});

test('a hold binds the very next scan after its acknowledgement, at its gate only, until it is lifted', async () => {
  const match = await openMatch('held', 6_000);
  const chance = new Chance(`${SEED} hold`);
  const waiting = everyTicketAgainAndAgain(match, chance, () => 1);
  const isHeldGate = (deviceId: string) =>
    match.lanes.findIndex((lane) => lane.deviceId === deviceId) % GATES === 0;
  let acknowledgedAt = Number.POSITIVE_INFINITY;
  let id = '';
  const holding = async () => {
    const answered = await hold(match, { scope: 'gate/N1', kind: 'stop', reason: 'crush' });
    acknowledgedAt = performance.now();
    id = answered.id;
  };
  let held: Promise<void> | null = null;
  const answers = await present(connections, waiting, (sent) => {
    if (sent === 1_500) held = holding();
    // Enough at every gate after the acknowledgement.
    return performance.now() < acknowledgedAt + 1_000;
  });
  await held;
  const after = [...answers.values()].filter(({ sentAt }) => sentAt > acknowledgedAt);
  const atGate = after.filter(({ lane }) => isHeldGate(lane));
  const elsewhere = after.filter(({ lane }) => !isHeldGate(lane));
  assert.ok(atGate.length > 0 && elsewhere.length > 0, 'no scans after the hold');
  for (const { reason } of atGate) assert.equal(reason, 'held');
  for (const { verdict } of elsewhere) assert.equal(verdict, 'admitted');

  const path = `/api/v1/events/${match.eventId}/holds/${id}`;
  await client.ask({ method: 'DELETE', path });
  const next = atGate.slice(0, LANES).map(({ lane, code }) => {
    const at = match.lanes.find(({ deviceId }) => deviceId === lane);
    assert.ok(at);
    return scanAt(at, `again-${code}`, code);
  });
  assert.equal(countOf(await present(connections, next), 'admitted'), next.length);
});

test('a meter lets in its number in a minute of the clock with 64 lanes at once, and no more', async () => {
  const perMinute = 30;
  const match = await openMatch('metered', 400);
  await hold(match, { scope: 'ground', kind: 'meter', perMinute, reason: 'crowd' });
  const chance = new Chance(`${SEED} meter`);
  const answers = await present(
    connections,
    everyTicketAgainAndAgain(match, chance, () => 1),
  );
  const minutes = Map.groupBy(answers.values(), ({ decidedAt }) => decidedAt.slice(0, 16));
  for (const [minute, decided] of minutes) {
    const admitted = decided.filter(({ verdict }) => verdict === 'admitted').length;
    assert.equal(admitted, Math.min(perMinute, decided.length), minute);
  }
});

test('lanes get their verdicts while forty desks act on the same match without pause', async () => {
  const match = await openMatch('busy', 1_500);
  using desks = await DrillClient.open(server.url, 40, server.adminToken);
  const { eventId } = match;
  let isOver = false;
  let acts = 0;
  const desk = async (_: unknown, index: number) => {
    const ref = refOf(1_001 + index);
    for (let turn = 0; !isOver; turn++) {
      const word = turn % 2 === 0 ? 'block' : 'unblock';
      const path = `/api/v1/events/${eventId}/tickets/${ref}/${word}`;
      await desks.ask({ path, body: { reason: 'test' } });
      acts += 1;
    }
  };
  const acting = Promise.all(Array.from({ length: 40 }, desk));
  const chance = new Chance(`${SEED} busy`);
  const shown = everyTicketAgainAndAgain(match, chance, (serial) => (serial > 1_000 ? 0 : 1));
  const answers = await present(connections, shown).finally(() => {
    isOver = true;
  });
  await acting;
  assert.equal(countOf(answers, 'admitted'), 1_000);
  assert.ok(acts > 20, `only ${acts} acts`);
  assert.equal((await client.tryAsk({ method: 'GET', path: '/readyz' }))?.status, 200);
});

function sumOf(tickets: number, of: (serial: number) => number): number {
  let sum = 0;
  for (let serial = 1; serial <= tickets; serial++) sum += of(serial);
  return sum;
}
