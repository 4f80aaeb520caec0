// What the authority does when the world around a scan changes: a corrected file, another event, a
// database that refuses. What holds for every claim store is in the conformance suite.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeOf } from '#server/entry/event-key.ts';
import { type Device, deviceAt } from '#server/platform/principal.ts';
import { word } from '../../testing/claim-store-under-test.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { at } from '../../testing/entry.ts';
import { HubNode } from '../../testing/hub-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

let database: TestDatabase;
let here: HubNode;
let there: HubNode;
let event: number;

before(async () => {
  database = await testDatabase();
  here = await HubNode.open(database, { now: at('18:00') });
  there = await HubNode.open(database, { now: at('18:00'), name: 'node-2' });
  event = await here.importEvent(derbyFile());
  await here.importTickets(event, derbyFile(), derbyTickets(40));
  await here.setStatus(event, 'open');
});

after(async () => {
  await here[Symbol.asyncDispose]();
  await there[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('judges a gate by the perimeter that a corrected file gives it, from the next scan on', async () => {
  const code = await here.code(event, 1);
  assert.equal(word(await there.scan(phone('N3'), 'north-1', code)), 'admitted');
  assert.equal(word(await there.scan(phone('N3'), 'north-2', code)), 'already-used');
  await here.importEvent(derbyFile({ cordonGate: 'N3' }));
  assert.equal(word(await there.scan(phone('N3'), 'cordon-1', code)), 'admitted');
  assert.equal(word(await there.scan(phone('N3'), 'cordon-2', code)), 'already-used');
  assert.equal(word(await there.scan(phone('N1'), 'north-3', code)), 'already-used');
  const { rows } = await database.pool.query(
    'SELECT checkpoint FROM claims WHERE event = $1 AND serial = 1 ORDER BY checkpoint',
    [event],
  );
  assert.deepEqual(rows, [{ checkpoint: 'cordon' }, { checkpoint: 'turnstile' }]);
});

test('knows the code of an event that another node has imported since', async () => {
  const cup = await here.importEvent(derbyFile({ id: 'cup' }));
  const code = await here.code(cup, 1);
  assert.equal(word(await there.scan(phone('N1'), 'of-cup', code)), 'wrong-event');
  const nowhere = codeOf(
    { number: 4_000, eventId: 'nowhere', secret: new Uint8Array(32) },
    { serial: 1, issue: 0 },
  );
  assert.equal(word(await there.scan(phone('N1'), 'of-nowhere', nowhere)), 'unknown');
});

test('lets out whoever holds a code newer than the store, and says unknown to them on the way in', async () => {
  const code = await here.code(event, 2, 3);
  assert.equal(word(await here.scan(phone('N1'), 'newer-in', code)), 'unknown');
  assert.equal(word(await here.scan(phone('N1'), 'newer-out', code, 'out')), 'admitted');
});

test('decides again when the database refuses a commit for want of order', async () => {
  const options = '-c default_transaction_isolation=serializable';
  await using one = await HubNode.open(database, { now: at('18:00'), options });
  await using other = await HubNode.open(database, { now: at('18:00'), options });
  const codes = await Promise.all([10, 11, 12, 13, 14].map((serial) => here.code(event, serial)));
  const words = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? one : other).scan(phone('N1'), `order-${index}`, codes[index % 5] ?? ''),
    ),
  ).then((answers) => answers.map(word));
  assert.equal(words.filter((each) => each === 'admitted').length, 5);
  assert.equal(words.filter((each) => each === 'already-used').length, 35);
});

test('a scan that cannot be stored takes none of those decided with it down', async () => {
  await database.pool.query(
    `ALTER TABLE scans ADD CONSTRAINT no_poison CHECK (scan_id <> 'poison')`,
  );
  const scans = Array.from({ length: 9 }, async (_, index) => {
    const code = await here.code(event, 20 + index);
    return here.scan(phone('N1'), index === 4 ? 'poison' : `beside-${index}`, code);
  });
  const settled = await Promise.allSettled(scans);
  for (const [index, each] of settled.entries()) {
    if (index === 4) assert.equal(each.status, 'rejected');
    else assert.equal(each.status === 'fulfilled' && word(each.value), 'admitted');
  }
});

function phone(gate: string): Device {
  const id = `phone-${gate}`;
  return deviceAt({ id, eventNumber: event, eventId: 'derby', gate, lane: null });
}
