import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowMarks } from './map-labels.ts';
import { seatPlanOf } from './seat-plan.ts';

/** Two rows of four seats half a metre apart, an aisle of 1.2 m in the first one; all in centimetres. */
const plan = seatPlanOf({
  ground: 'riverside',
  version: 1,
  pitch: { length: 105, width: 68 },
  stands: [{ id: 'north' }],
  categories: ['side'],
  sections: [
    {
      kind: 'seats',
      id: 'N101',
      stand: 'north',
      zone: 'home',
      polygon: [-100, -100, 400, -100, 400, 150, -100, 150],
      rows: [
        { id: 'A', n: 4, x: 0, y: 0, steps: [50, 0, 120, 0, 50, 0], aisles: [1], category: 0 },
        { id: 'B', n: 4, x: 0, y: 80, dx: 50, dy: 0, category: 0 },
      ],
    },
  ],
});
const [section] = plan.sections;
assert.ok(section);

test('a row is named before its first seat, in its aisles and after its last seat', () => {
  const marks = rowMarks(plan, section).map(({ row, x, y }) => [row, round(x), round(y)]);
  assert.deepEqual(marks, [
    ['A', -0.55, 0],
    ['A', 1.1, 0],
    ['A', 2.75, 0],
    ['B', -0.55, 0.8],
    ['B', 2.05, 0.8],
  ]);
});

test('no name of a row stands outside its section, where another may begin', () => {
  const narrow = { ...section, outline: Float32Array.from([-0.3, -1, 4, -1, 4, 1.5, -0.3, 1.5]) };
  const marks = rowMarks(plan, narrow).filter(({ x }) => x < 0);
  assert.deepEqual(marks, []);
});

function round(metres: number): number {
  return Math.round(metres * 100) / 100;
}
