import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalsOf } from '#drill/rehearsal/people.ts';
import { readShape } from './arrival-shape.ts';
import { canDoElsewhere } from './elsewhere.ts';
import { readOptions, UsageError } from './options.ts';

for (const [args, words] of [
  [['--seed', 'x'], /--seed x: write a number/],
  [['--seed', '1.5'], /--seed 1.5: write a whole number/],
  [['--lanes', '1'], /--lanes 1: write a number from 2 to 64/],
  [['--load', '21'], /--load 21: write a number from 0.1 to 20/],
  [['--network', 'radio'], /--network radio: auto, namespaces or wires/],
  [['--storm', '--schedule', 'x.json'], /give one of the two/],
  [['--schedule', '/nowhere.json'], /\/nowhere.json cannot be read/],
  [['--url', 'staging'], /--url staging: write an address/],
  [['--url', 'https://staging.example'], /needs a token/],
  [['--box', 'https://box.example'], /--box belongs to --url/],
  [['--wind'], /--wind/],
] as const) {
  test(`kaimen drill ${args.join(' ')} is not understood`, () => {
    delete process.env['KAIMEN_TOKEN'];
    assert.throws(
      () => readOptions(args),
      (error: Error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, words);
        return true;
      },
    );
  });
}

test('the same seed brings the same people to the same lanes', () => {
  const { plan } = readOptions(['--seed', '7']);
  assert.deepEqual(readOptions(['--seed', '7', '--storm']).plan, plan);
  assert.deepEqual(arrivalsOf(plan, null), arrivalsOf(plan, null));
});

test('two thirds come in the last three quarters of an hour, or when the recorded evening says', () => {
  const { plan } = readOptions(['--seed', '7', '--load', '20', '--lanes', '64']);
  const shareAfter = (shape: readonly number[] | null, share: number) => {
    const arrivals = arrivalsOf(plan, shape).filter(({ person }) => person.as === 'holder');
    const later = arrivals.filter(({ atMs }) => atMs > plan.seconds * 1_000 * share);
    return later.length / arrivals.length;
  };
  const usual = shareAfter(null, (120 - 45) / 123);
  assert.ok(usual > 0.6 && usual < 0.72, String(usual));
  const hour = (minute: number) => `2026-11-29T18:${String(minute).padStart(2, '0')}:00Z`;
  const early = Array.from({ length: 59 }, (_, minute) => hour(minute < 50 ? minute % 10 : minute));
  const shape = readShape(early.map((at) => `N1,${at},admitted`).join('\n'));
  assert.ok(shareAfter(shape, 0.5) < 0.2);
  const json = JSON.stringify({
    scans: early.map((scannedAt) => ({ scannedAt, direction: 'in' })),
  });
  assert.deepEqual(readShape(json), shape);
  assert.throws(() => readShape('no times at all'), /found 0 times of scans/);
});

test('elsewhere only lanes die and only their lines break', () => {
  const canDo = canDoElsewhere(1);
  const at = (
    fault: 'link-cut' | 'process-killed' | 'database-killed' | 'codes-cloned',
    target: string,
  ) => canDo({ at: 1, fault, target, lasts: 1, amount: null });
  assert.ok(at('link-cut', 'north:box-a') && at('link-cut', 'south:*') && at('codes-cloned', ''));
  assert.ok(at('process-killed', 'lane-2'));
  assert.ok(!at('process-killed', 'hub') && !at('database-killed', 'hub'));
  assert.ok(
    !at('link-cut', 'box-a:hub') && !at('link-cut', 'north:box-b') && !at('link-cut', 'hub:*'),
  );
});
