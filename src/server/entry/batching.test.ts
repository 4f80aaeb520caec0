import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { batchMax, mayStart } from './batching.ts';

describe('batches of scans', () => {
  test('nothing waits while nothing is under way', () => {
    assert.equal(mayStart({ waiting: 1, batches: 0, deciding: 0 }), true);
    assert.equal(batchMax({ waiting: 1, batches: 0 }), 1);
  });

  test('few scans go together', () => {
    assert.equal(batchMax({ waiting: 63, batches: 0 }), 63);
  });

  test('in a rush two batches share what waits, and go on sharing', () => {
    let waiting = 351;
    const first = batchMax({ waiting, batches: 0 });
    waiting -= first;
    assert.equal(
      mayStart({ waiting, batches: 1, deciding: first }),
      false,
      'one less than the first',
    );
    assert.equal(mayStart({ waiting: waiting + 1, batches: 1, deciding: first }), true);
    assert.equal(batchMax({ waiting: waiting + 1, batches: 1 }), first);
  });

  test('a second batch does not start for the sake of a few', () => {
    assert.equal(mayStart({ waiting: 12, batches: 1, deciding: 128 }), false);
  });

  test('a full batch is worth its trips, however much is under way; a third never is', () => {
    assert.equal(mayStart({ waiting: 256, batches: 1, deciding: 300 }), true);
    assert.equal(mayStart({ waiting: 2_000, batches: 2, deciding: 512 }), false);
    assert.equal(batchMax({ waiting: 2_000, batches: 1 }), 256);
  });
});
