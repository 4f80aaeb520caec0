import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { LaneAnswer } from '#lane/lane-answer.ts';
import type { Late } from '#lane/late.ts';
import type { DeviceIdentity } from '../device/vault.ts';
import { Announcements } from './announcements.ts';

const IDENTITY: DeviceIdentity = {
  deviceId: 'dev-1',
  event: 'derby',
  gate: 'N1',
  lane: 'N1-2',
  role: 'steward',
  isPractice: false,
  expiresAt: null,
  addresses: [],
};

test('an admission that is refused afterwards stays, with its seat, until it is put away', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const said = new Announcements(IDENTITY);
    said.announce('admittedThenRefused', 'T-7');
    said.announce('alone', '');
    said.hearLate(late({ isConflict: false }));
    said.hearLate(late({ isConflict: true }));
    said.hearLate(late({ isConflict: true }));
    mock.timers.tick(60_000);
    assert.deepEqual(said.notices.get(), []);
    const [told, ...more] = said.tellings.get();
    assert.deepEqual([told?.words, told?.values], ['late.conflict', { seat: 'N103-4-7' }]);
    assert.deepEqual(more, [], 'the same is said once');
    said.putAway(told?.id ?? 0);
    assert.deepEqual(said.tellings.get(), []);
  } finally {
    mock.timers.reset();
  }
});

test('a joining code shown to a phone that has a lane is told with the lane that it has', () => {
  const said = new Announcements(IDENTITY);
  said.ignoreOffer();
  said.ignoreOffer();
  assert.deepEqual(
    said.tellings.get().map(({ words, values }) => [words, values]),
    [['offer.ignored', { lane: 'N1-2' }]],
  );
});

function late({ isConflict }: { readonly isConflict: boolean }): Late {
  const place = { stand: null, section: 'N103', row: '4', seat: '7' };
  const shown = { ticket: { ref: 'T-7', type: 'adult', admits: 1, ...place } };
  const answers = { shown: shown as LaneAnswer, late: {} as LaneAnswer };
  return { scanId: 's-1', isConflict, ...answers };
}
