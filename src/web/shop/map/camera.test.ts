import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import {
  cameraOver,
  kept,
  meet,
  SCALE_MAX,
  shownBox,
  toGround,
  toScreen,
  zoomedAt,
} from './camera.ts';

const SIZE = { width: 390, height: 600 };
const GROUND = { left: -120, top: -140, right: 120, bottom: 140 };

test('the whole ground is on the screen at first', () => {
  const box = shownBox(cameraOver(GROUND, SIZE), SIZE);
  assert.ok(box.left <= GROUND.left && box.right >= GROUND.right);
  assert.ok(box.top <= GROUND.top && box.bottom >= GROUND.bottom);
});

test('what is under the finger stays under it, however near one comes', () => {
  const least = cameraOver(GROUND, SIZE).scale;
  fc.assert(
    fc.property(
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      fc.integer({ min: 0, max: 390 }),
      fc.integer({ min: 0, max: 600 }),
      (factor, px, py) => {
        const camera = { x: 10, y: -20, scale: 8 };
        const under = toGround(camera, SIZE, px, py);
        const after = zoomedAt(camera, SIZE, factor, px, py, least);
        assert.ok(after.scale >= least && after.scale <= SCALE_MAX);
        const there = toScreen(after, SIZE, under.x, under.y);
        assert.ok(Math.abs(there.px - px) < 1e-6 && Math.abs(there.py - py) < 1e-6);
      },
    ),
  );
});

test('the middle of the screen never leaves the ground', () => {
  const camera = kept({ x: 900, y: -900, scale: 4 }, GROUND);
  assert.deepEqual(camera, { x: 120, y: -140, scale: 4 });
  assert.ok(meet(shownBox(camera, SIZE), GROUND));
});
