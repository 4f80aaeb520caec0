import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxKeyOf, openSealed, sealForBox } from './box-key.ts';

const box = boxKeyOf(new Uint8Array(32).fill(1));
const secret = new Uint8Array(32).fill(9);

test('a box opens what was sealed for it, also after a restart', () => {
  const sealed = sealForBox(box.publicKey, 'event key of derby', secret);
  const again = boxKeyOf(new Uint8Array(32).fill(1));
  assert.deepEqual(openSealed(again, 'event key of derby', sealed), secret);
});

test('another box, another event or a changed byte opens nothing', () => {
  const sealed = sealForBox(box.publicKey, 'event key of derby', secret);
  const other = boxKeyOf(new Uint8Array(32).fill(2));
  assert.throws(() => openSealed(other, 'event key of derby', sealed));
  assert.throws(() => openSealed(box, 'event key of final', sealed));
  for (const at of [0, 40, sealed.length - 1]) {
    const spoilt = Buffer.from(sealed);
    spoilt[at] = (spoilt[at] ?? 0) ^ 1;
    assert.throws(() => openSealed(box, 'event key of derby', spoilt), `byte ${at}`);
  }
});

test('the same secret is never sealed into the same bytes', () => {
  const once = sealForBox(box.publicKey, 'x', secret);
  assert.notDeepEqual(sealForBox(box.publicKey, 'x', secret), once);
});
