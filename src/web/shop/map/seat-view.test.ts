import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeatPlan } from './seat-plan.ts';
import { seatView } from './seat-view.ts';

function viewFrom(x: number, y: number) {
  const layout = { pitch: { length: 105, width: 68 } };
  return seatView({ layout, seats: { x: [x], y: [y] } } as unknown as SeatPlan, 0);
}

test('a seat looks over the side line, from behind a goal or out of a corner', () => {
  assert.deepEqual(viewFrom(44, -20), { metres: 10, from: 'side' });
  assert.deepEqual(viewFrom(-10, 60.5), { metres: 8, from: 'end' });
  assert.deepEqual(viewFrom(37, -56.5), { metres: 5, from: 'corner' });
});
