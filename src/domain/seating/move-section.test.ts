import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenGround } from './even-ground.ts';
import { makeLayout } from './make-layout.ts';
import { draftOfLayout, movedSection } from './move-section.ts';

function layoutOf() {
  const tier = { sections: 2, rows: 3, seatsPerRow: 24, wheelchairPairs: 2, stepFreeRows: 1 };
  const draft = evenGround('g', [tier]);
  const standing = { id: 'Kop', stand: 'south', tier: 2, capacity: 600 };
  const made = makeLayout({ ...draft, sections: [...draft.sections, standing] }, 4);
  assert.ok(made.kind === 'made');
  return made.layout;
}

test('a layout taken apart and imported again is the same layout', () => {
  const layout = layoutOf();
  const again = makeLayout(draftOfLayout(layout), 4);
  assert.ok(again.kind === 'made');
  assert.deepEqual(again.layout, layout);
});

test('a section is shifted with its seats, and turned about its middle', () => {
  const [section] = layoutOf().sections;
  assert.ok(section?.kind === 'seats');
  const seat = section.rows[0]?.seats[0];
  const shifted = movedSection(section, { east: 10, south: -2.5, turn: 0 });
  assert.equal(shifted.rows[0]?.seats[0]?.x, Math.round(((seat?.x ?? 0) + 10) * 100) / 100);
  assert.deepEqual(shifted.rows[0]?.seats[0]?.flags, seat?.flags);
  assert.ok(Math.abs((shifted.polygon[0] ?? 0) - (section.polygon[0] ?? 0) - 10) < 0.01);
  const quarter = movedSection(section, { east: 0, south: 0, turn: 90 });
  const ends = (of: typeof section) => [of.rows[0]?.seats[0], of.rows[0]?.seats[23]] as const;
  const [a, b] = ends(section);
  const [c, d] = ends(quarter);
  assert.ok(a && b && c && d);
  assert.ok(Math.abs(b.x - a.x) > 10 && Math.abs(d.x - c.x) < 0.05);
  const whole = [1, 2, 3, 4].reduce(
    (of) => movedSection(of, { east: 0, south: 0, turn: 90 }),
    section,
  );
  const [e] = ends(whole);
  assert.ok(Math.hypot((e?.x ?? 0) - a.x, (e?.y ?? 0) - a.y) < 0.1);
});
