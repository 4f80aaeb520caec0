import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seatCount } from './ground-layout.ts';
import { makeLayout } from './make-layout.ts';
import { type ManifestColumn, ManifestReader } from './read-manifest.ts';

function read(...lines: readonly Partial<Record<ManifestColumn, string>>[]): ManifestReader {
  const reader = new ManifestReader('riverside');
  for (const [index, cells] of lines.entries()) reader.add({ line: index + 2, cells });
  return reader;
}

const seat = (row: string, id: string, more: Partial<Record<ManifestColumn, string>> = {}) => ({
  stand: 'north',
  section: 'N103',
  row,
  seat: id,
  ...more,
});

test('lines become sections, rows and seats in the order of the file', () => {
  const reader = read(
    seat('1', '1', { flags: 'wheelchair' }),
    seat('1', '2', { companion_of: '1', flags: 'aisle' }),
    seat('1', '3', { x: '', y: '' }),
    seat('2', '1', { flags: 'restricted; step-free', x: '-40,5', y: '3.25', zone: 'n', tier: '1' }),
    { stand: 'south', section: 'Kop', capacity: '1200', flags: 'away' },
  );
  assert.deepEqual(reader.refusals, []);
  const made = makeLayout(reader.draft(), 3);
  assert.ok(made.kind === 'made');
  const [first, kop] = made.layout.sections;
  assert.ok(first?.kind === 'seats' && kop?.kind === 'standing');
  assert.deepEqual([first.zone, kop.capacity, kop.flags], ['n', 1200, ['away']]);
  assert.equal(seatCount(made.layout), 4);
  const [chair, companion] = first.rows[0]?.seats ?? [];
  assert.deepEqual(chair?.flags, ['wheelchair', 'step-free']);
  assert.deepEqual([companion?.companionOf, companion?.aisleAfter], [0, true]);
  assert.deepEqual(first.rows[1]?.seats[0], {
    id: '1',
    x: -40.5,
    y: 3.25,
    flags: ['step-free', 'restricted'],
  });
});

for (const [what, line, message] of [
  ['a line without a stand', { section: 'N1', row: '1', seat: '1' }, /no stand/],
  ['a line without a section', { stand: 'north', row: '1', seat: '1' }, /no section/],
  ['a seat without a row', { stand: 'north', section: 'N1', seat: '1' }, /neither row and seat/],
  ['a flag that nobody knows', seat('1', '1', { flags: 'sofa' }), /flag “sofa”/],
  ['a coordinate in words', seat('1', '1', { x: 'left', y: '2' }), /x “left”/],
  ['half a person', { stand: 'a', section: 'b', capacity: '10.5' }, /capacity “10.5”/],
] as const) {
  test(`refuses ${what}, by its line`, () => {
    const { refusals } = read(line);
    assert.match(refusals[0]?.message ?? '', message);
    assert.equal(refusals[0]?.line, 2);
    assert.ok(refusals[0]?.mend !== '');
  });
}

test('refuses a section in two stands, and stops counting when a file is wrong throughout', () => {
  const { refusals } = read(seat('1', '1'), seat('1', '2', { stand: 'south' }));
  assert.match(refusals[0]?.message ?? '', /stand north before/);
  const hopeless = read(...Array.from({ length: 200 }, () => seat('1', '1', { flags: 'no' })));
  assert.ok(hopeless.isHopeless && hopeless.refusals.length === 100);
});
