// Layouts over HTTP: imported from CSV and JSON, kept for ever, refused with the place that is wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { evenGround } from '#domain/seating/even-ground.ts';
import { type GroundLayout, seatCount } from '#domain/seating/ground-layout.ts';
import type { EntryPlanAnswer } from '#protocol/entry-plan.ts';
import type { LayoutReport } from '#protocol/grounds.ts';
import { derbyFile, derbyTickets } from '../../testing/derby.ts';
import { HttpNode } from '../../testing/http-node.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';

const LAYOUTS = '/api/v1/grounds/riverside/layouts';
const CSV = `stand,section,row,seat,flags,companion_of
north,N1,1,1,wheelchair,
north,N1,1,2,aisle,1
north,N1,1,3,,
south,S1,1,1,,
`;

let database: TestDatabase;
let node: HttpNode;

before(async () => {
  database = await testDatabase();
  node = await HttpNode.start(database);
});

after(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('a manifest becomes the first layout, the same again stays it, a change is the next', async () => {
  const ask = (body: string, query = '') =>
    node.ask<LayoutReport>(`${LAYOUTS}/import${query}`, { body });
  const checked = await ask(CSV, '?check=true');
  assert.deepEqual([checked.version, checked.created, checked.seats], [1, false, 4]);
  await node.refuses(404, '/api/v1/grounds/riverside');
  const first = await ask(CSV);
  const counts = { stands: 2, sections: 2, seats: 4, standing: 0, wheelchairs: 1 };
  assert.deepEqual(first, { ground: 'riverside', version: 1, created: true, ...counts });
  assert.deepEqual(await ask(CSV), { ...first, created: false });
  const changed = await ask(`${CSV}south,Kop,,,,\n`.replace('Kop,,,,', 'S1,1,2,,'));
  assert.deepEqual([changed.version, changed.created, changed.seats], [2, true, 5]);
  const layout = await node.ask<GroundLayout>(`${LAYOUTS}/1`);
  assert.deepEqual([layout.version, seatCount(layout)], [1, 4]);
  const [section] = layout.sections;
  assert.ok(section?.kind === 'seats');
  assert.equal(section.rows[0]?.seats[1]?.companionOf, 0);
  const { layouts } = await node.ask<{ layouts: { version: number }[] }>(
    '/api/v1/grounds/riverside',
  );
  assert.deepEqual(
    layouts.map(({ version }) => version),
    [2, 1],
  );
  await node.refuses(404, `${LAYOUTS}/3`);
});

test('a layout as JSON is imported whole; rows may say only how many', async () => {
  const sections = [
    {
      id: 'A',
      stand: 'main',
      rows: [
        { id: '1', seats: 3 },
        { id: '2', seats: ['a', 'b'] },
      ],
    },
    { id: 'T', stand: 'terrace', capacity: 400 },
  ];
  const stands = [{ id: 'main', name: { 'zh-CN': '主看台', en: 'Main Stand' } }, { id: 'terrace' }];
  const report = await node.ask<LayoutReport>('/api/v1/grounds/small/layouts', {
    body: { stands, sections },
  });
  assert.deepEqual([report.seats, report.standing, report.stands], [5, 400, 2]);
  const { ground: _, ...even } = evenGround('big', [{ sections: 8, rows: 20, seatsPerRow: 25 }]);
  const big = await node.ask<LayoutReport>('/api/v1/grounds/big/layouts', { body: even });
  assert.equal(big.seats, 16_000);
});

test('what is wrong is named by line, section, row and seat, and nothing is kept', async () => {
  const asCsv = await node.refuses(422, `${LAYOUTS}/import`, { body: `${CSV}north,N1,1,3,,\n` });
  assert.equal(asCsv.errors?.[0]?.field, 'line 6, section N1, row 1, seat 3');
  assert.match(asCsv.errors?.[0]?.message ?? '', /stands twice: give each seat/);
  const unknown = await node.refuses(422, `${LAYOUTS}/import`, { body: 'stand,sektor\nn,1\n' });
  assert.match(unknown.detail ?? '', /unknown column “sektor”/);
  const uneven = await node.refuses(422, `${LAYOUTS}/import`, { body: 'stand,section\nn\n' });
  assert.match(uneven.detail ?? '', /line 2: has 1 cells/);
  const body = { sections: [{ id: 'A', stand: 'm', rows: [{ id: '1', seats: ['1', '1'] }] }] };
  const asJson = await node.refuses(422, '/api/v1/grounds/other/layouts', { body });
  assert.equal(asJson.errors?.[0]?.field, 'section A, row 1, seat 1');
  const malformed = { sections: [{ id: 'A', stand: 'm', rows: 'many' }] };
  const shape = await node.refuses(400, '/api/v1/grounds/other/layouts', { body: malformed });
  assert.equal(shape.errors?.[0]?.field, 'sections[0].rows');
  await node.refuses(404, '/api/v1/grounds/other');
});

test('only who imports grounds imports them, and the audit says who did', async () => {
  const { token } = await node.ask<{ token: string }>('/api/v1/tokens', {
    body: { role: 'box-office' },
  });
  await node.refuses(403, `${LAYOUTS}/import`, { body: CSV, token });
  const { grounds } = await node.ask<{ grounds: { id: string }[] }>('/api/v1/grounds', { token });
  assert.ok(grounds.some(({ id }) => id === 'riverside'));
  const { entries } = await node.ask<{ entries: { act: string }[] }>(
    '/api/v1/audit?q=ground.imported',
  );
  assert.ok(entries.length >= 2 && entries.every(({ act }) => act === 'ground.imported'));
});

test('the plan of a match looks at its layout, its gates and what was sold', async () => {
  const file = derbyFile({ isNow: true });
  await node.ask('/api/v1/events/derby', { method: 'PUT', body: file });
  const sections = [
    { id: 'N103', stand: 'north', rows: [{ id: '1', seats: 900 }] },
    { id: 'N104', stand: 'north', rows: [{ id: '1', seats: 100 }] },
    { id: 'S101', stand: 'south', capacity: 300 },
  ];
  await node.ask(LAYOUTS, { body: { sections } });
  await node.ask('/api/v1/events/derby/tickets/import', { body: derbyTickets(700) });
  const plan = await node.ask<EntryPlanAnswer>('/api/v1/events/derby/entry-plan');
  assert.deepEqual(plan.layout?.ground, 'riverside');
  assert.equal(plan.places, 1_300);
  // N103 has gate N1 alone, of one lane; N104 may use N3 and leaves N1 to it.
  assert.deepEqual(
    plan.sections.map(({ id, sellable, limitedBy }) => [id, sellable, limitedBy]),
    [
      ['N103', 660, 'lanes'],
      ['N104', 100, 'places'],
      ['S101', 300, 'places'],
    ],
  );
  assert.equal(plan.gates.find(({ id }) => id === 'N1')?.needs.lanes, 2);
  assert.ok(plan.sold > 0);
  const strict = await node.ask<EntryPlanAnswer>('/api/v1/events/derby/entry-plan?search=high');
  const searched = ({ gates }: EntryPlanAnswer) => gates[0]?.needs.searchLanes ?? 0;
  assert.ok(searched(strict) > searched(plan));
  await node.refuses(404, '/api/v1/events/derby/entry-plan?layout=99');
  await node.refuses(400, '/api/v1/events/derby/entry-plan?search=none');
});
