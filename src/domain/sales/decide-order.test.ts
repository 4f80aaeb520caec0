import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '#testing/entry.ts';
import { given, money, ORDERED, PAID, refunded, type Step, started } from '#testing/order.ts';
import { PAYMENTS_MAX } from './decide-order.ts';

const SOLD = ['sell-seats', 'issue-tickets'];
const BACK = 'return:p1:p1-1';
const WORTH = { salesMinor: 400, feesMinor: 70, taxMinor: 30 };
const refund = (key: string, worth = WORTH, toMember: string | null = null) =>
  ({ kind: 'refund-owed', key, worth, toMember }) as const;

test('money that is captured while the seats are held pays, sells and issues in one step', () => {
  const paid = given([...ORDERED, ['18:02', started()]]).when('18:09:59', money('captured'));
  paid.gives('paid', 'paid', SOLD);
  assert.deepEqual(paid.effects.at(-1), {
    kind: 'post',
    postings: [
      posting('payment', 'p1', 'cash:stripe', 'receivable', 1_000),
      posting('sale', null, 'receivable', 'sales', 800),
      posting('sale', null, 'receivable', 'fees', 140),
      posting('sale', null, 'receivable', 'tax', 60),
    ],
  });
});

test('money that comes as the hold ends goes back, and the seats go free', () => {
  given([...ORDERED, ['18:02', started()]])
    .when('18:10', money('captured'))
    .gives('return-money', 'expired', ['release-seats all', 'void p1', `refund ${BACK} 1000 late`]);
});

test('an authorisation pins the seats and is captured; what is captured within the pin pays', () => {
  const steps: Step[] = [...ORDERED, ['18:08', started()]];
  const authorised = given(steps).when('18:09', money('authorised'));
  authorised.gives('capture', 'paying', ['keep-seats', 'capture p1 1000']);
  assert.equal(authorised.order.holdUntil, at('18:19'));
  const pinned: Step[] = [...steps, ['18:09', money('authorised')]];
  given(pinned).when('18:18:59', money('captured')).gives('paid', 'paid', SOLD);
  given(pinned)
    .when('18:19', { kind: 'time-passed' })
    .gives('ended', 'expired', ['release-seats all', 'void p1']);
});

test('trying again and again does not lengthen the pin', () => {
  const again = given([
    ...ORDERED,
    ['18:02', started()],
    ['18:05', money('authorised')],
    ['18:06', { kind: 'failed', payment: 'p1' }],
    ['18:07', started('p2')],
  ]).when('18:14', money('authorised', 'p2'));
  assert.equal(again.order.holdUntil, at('18:15'));
});

test('an authorisation that comes late, twice over, or of another amount is let go', () => {
  const held: Step[] = [...ORDERED, ['18:02', started()], ['18:02', started('p2')]];
  given(held)
    .when('18:10', money('authorised'))
    .gives('return-money', 'expired', ['release-seats all', 'void p1', 'void p2', 'void p1']);
  given(held)
    .when('18:03', money('authorised', 'p1', 999))
    .gives('return-money', 'ordered', ['void p1']);
  given([...held, ['18:03', money('authorised')]])
    .when('18:04', money('authorised', 'p2'))
    .gives('return-money', 'paying', ['void p2']);
});

test('the wrong amount goes back whole, and the buyer may pay again', () => {
  const steps: Step[] = [...ORDERED, ['18:02', started()]];
  given(steps)
    .when('18:03', money('captured', 'p1', 999))
    .gives('return-money', 'ordered', [`refund ${BACK} 999 wrong-amount`]);
  given([...steps, ['18:03', money('captured', 'p1', 999)], ['18:04', started('p2')]])
    .when('18:05', money('captured', 'p2'))
    .gives('paid', 'paid', SOLD);
});

test('another currency is another amount', () => {
  const euros = { ...money('captured'), currency: 'EUR' } as ReturnType<typeof money>;
  const back = given([...ORDERED, ['18:02', started()]]).when('18:03', euros);
  back.gives('return-money', 'ordered', [`refund ${BACK} 1000 wrong-amount`]);
  const [refundEffect] = back.effects;
  assert.ok(refundEffect?.kind === 'refund');
  assert.equal(refundEffect.currency, 'EUR');
});

test('of two payments that both go through, the first pays and the second goes back', () => {
  const both: Step[] = [...ORDERED, ['18:02', started()], ['18:02', started('p2')]];
  const first = given(both).when('18:03', money('captured', 'p2'));
  first.gives('paid', 'paid', [...SOLD, 'void p1']);
  given([...both, ['18:03', money('captured', 'p2')]])
    .when('18:04', money('captured'))
    .gives('return-money', 'paid', [`refund ${BACK} 1000 double`]);
});

test('one payment that is charged twice pays once', () => {
  given(PAID)
    .when('18:04', money('captured', 'p1', 1_000, 'p1-2'))
    .gives('return-money', 'paid', ['refund return:p1:p1-2 1000 double']);
  given(PAID).when('18:04', money('captured')).gives('already', 'paid', []);
});

test('what is told out of order is told all the same', () => {
  given(PAID).when('18:04', money('authorised')).gives('already', 'paid', []);
  given(PAID).when('18:04', { kind: 'failed', payment: 'p1' }).gives('already', 'paid', []);
  const failedFirst: Step[] = [
    ...ORDERED,
    ['18:02', started()],
    ['18:03', { kind: 'failed', payment: 'p1' }],
  ];
  given(failedFirst).when('18:04', money('captured')).gives('paid', 'paid', SOLD);
});

test('a payment that we asked to let go and that is captured all the same goes back', () => {
  const late: Step[] = [...ORDERED, ['18:02', started()], ['18:10', { kind: 'time-passed' }]];
  given(late)
    .when('18:11', money('captured'))
    .gives('return-money', 'expired', [`refund ${BACK} 1000 late`]);
  given([...late, ['18:11', { kind: 'voided', payment: 'p1' }]])
    .when('18:12', money('captured'))
    .gives('return-money', 'expired', [`refund ${BACK} 1000 late`]);
});

test('money of a payment that nobody began goes back', () => {
  given(ORDERED)
    .when('18:03', money('captured', 'stranger'))
    .gives('return-money', 'ordered', ['refund return:stranger:stranger-1 1000 wrong-amount']);
});

const SPLIT: readonly Step[] = [
  ...ORDERED,
  ['18:02', started('p1', 600, 'cash')],
  ['18:03', money('captured', 'p1', 600)],
];

test('a payment may be split: the last part pays, and a hold that ends gives every part back', () => {
  given([...ORDERED, ['18:02', started('p1', 600, 'cash')]])
    .when('18:03', money('captured', 'p1', 600))
    .gives('part-paid', 'paying', ['keep-seats']);
  given([...SPLIT, ['18:04', started('p2', 400)]])
    .when('18:05', money('captured', 'p2', 400))
    .gives('paid', 'paid', SOLD);
  given(SPLIT).when('18:04', started('p2', 401)).gives('over-asked', 'paying', []);
  given(SPLIT)
    .when('18:13', { kind: 'time-passed' })
    .gives('ended', 'expired', ['release-seats all', `refund ${BACK} 600 order-ended`]);
  given(SPLIT)
    .when('18:05', refunded(null, 600))
    .gives('ended', 'cancelled', ['release-seats all']);
});

test('a part that is charged twice is one part', () => {
  const half: Step[] = [
    ...ORDERED,
    ['18:02', started('p1', 400)],
    ['18:03', money('captured', 'p1', 400)],
  ];
  given(half)
    .when('18:04', money('captured', 'p1', 400, 'p1-2'))
    .gives('return-money', 'paying', ['refund return:p1:p1-2 400 double']);
});

test('a payment of the wrong amount may still be charged right while the seats are held', () => {
  given([...ORDERED, ['18:02', started()], ['18:03', money('captured', 'p1', 999)]])
    .when('18:04', money('captured', 'p1', 1_000, 'p1-2'))
    .gives('paid', 'paid', SOLD);
});

test('an order for nothing is paid as it is made, if its seats are held', () => {
  const nothing = { salesMinor: 0, feesMinor: 0, taxMinor: 0 };
  const free = { kind: 'ordered', currency: 'CNY', lines: ['1'], worth: nothing } as const;
  given(ORDERED.slice(0, 1)).when('18:01', free).gives('paid', 'paid', SOLD);
  given(ORDERED.slice(0, 1))
    .when('18:10', free)
    .gives('not-held', 'expired', ['release-seats all']);
  given([...ORDERED.slice(0, 1), ['18:01', free]])
    .when('18:02', free)
    .gives('already', 'paid', []);
});

test('a hold extends once', () => {
  const longer = { kind: 'hold-extended', until: at('18:15') } as const;
  given(ORDERED).when('18:05', longer).gives('done', 'ordered', ['keep-seats']);
  given([...ORDERED, ['18:05', longer]])
    .when('18:06', longer)
    .gives('extended-already', 'ordered', []);
  given(ORDERED).when('18:10', longer).gives('not-held', 'expired', ['release-seats all']);
});

test('an order that is paid is cancelled line by line, and money is another matter', () => {
  const one = { kind: 'cancelled', lines: ['1'] } as const;
  given(PAID).when('18:05', one).gives('done', 'paid', ['cancel-tickets 1', 'release-seats 1']);
  given([...PAID, ['18:05', one]])
    .when('18:06', one)
    .gives('already', 'paid', []);
  given([...PAID, ['18:05', one]])
    .when('18:06', { kind: 'cancelled', lines: null })
    .gives('ended', 'cancelled', ['cancel-tickets 2', 'release-seats 2']);
  given(PAID)
    .when('18:05', { kind: 'cancelled', lines: ['9'] })
    .gives('unknown-line', 'paid', []);
  given(ORDERED).when('18:05', one).gives('not-paid', 'ordered', []);
});

test('a refund is owed once by its key, and never more than is left', () => {
  given(PAID).when('18:05', refund('k1')).gives('done', 'paid', ['refund k1 500 refund']);
  const once: Step[] = [...PAID, ['18:05', refund('k1')]];
  given(once).when('18:06', refund('k1')).gives('already', 'paid', []);
  const other = { ...WORTH, salesMinor: 399 };
  given(once).when('18:06', refund('k1', other)).gives('key-reused', 'paid', []);
  const twice: Step[] = [...once, ['18:06', refund('k2')]];
  given(once).when('18:06', refund('k2')).gives('done', 'paid', ['refund k2 500 refund']);
  const least = { salesMinor: 1, feesMinor: 0, taxMinor: 0 };
  given(twice).when('18:07', refund('k3', least)).gives('over-refund', 'paid', []);
  given(ORDERED).when('18:05', refund('k1')).gives('not-paid', 'ordered', []);
});

test('a refund of a split payment goes back the way it came, the last part first', () => {
  const steps: Step[] = [
    ...SPLIT,
    ['18:04', started('p2', 400)],
    ['18:05', money('captured', 'p2', 400)],
  ];
  given(steps)
    .when('18:06', refund('k1'))
    .gives('done', 'paid', ['refund k1/1 400 refund', 'refund k1/2 100 refund']);
});

test('a refund as club credit is posted to its member when it is made', () => {
  const steps: Step[] = [...PAID, ['18:05', refund('k1', WORTH, 'm-7')]];
  const made = given(steps).when('18:06', refunded('k1', 500));
  made.gives('done', 'paid', []);
  assert.deepEqual(made.effects, [
    { kind: 'post', postings: [posting('returned', 'p1', 'refunds-due', 'credit:m-7', 500)] },
  ]);
});

test('a provider that will not refund leaves it owed, for somebody to look at', () => {
  const failed = { kind: 'return-failed', key: 'k1' } as const;
  const steps: Step[] = [...PAID, ['18:05', refund('k1')]];
  given(steps).when('18:06', failed).gives('failed', 'paid', ['attention refund-failed']);
  given([...steps, ['18:06', failed]])
    .when('18:07', refunded('k1', 500))
    .gives('done', 'paid', []);
});

test('money that is taken back from outside voids the order when it is all gone', () => {
  given(PAID)
    .when('18:05', refunded(null, 400))
    .gives('done', 'paid', ['attention money-taken-back']);
  given(PAID)
    .when('18:05', refunded(null))
    .gives('ended', 'voided', [
      'cancel-tickets 1 2',
      'release-seats 1 2',
      'attention money-taken-back',
    ]);
});

test('a refund that somebody made at the provider settles what we owe first', () => {
  const steps: Step[] = [...PAID, ['18:05', refund('k1')]];
  given(steps).when('18:06', refunded(null, 500)).gives('done', 'paid', []);
});

test('payments of one order are bounded', () => {
  const many = Array.from({ length: PAYMENTS_MAX }, (_, n): Step => ['18:02', started(`p${n}`)]);
  given([...ORDERED, ...many])
    .when('18:03', started('one-more'))
    .gives('too-many-payments', 'ordered', []);
});

function posting(
  kind: string,
  payment: string | null,
  debit: string,
  credit: string,
  amountMinor: number,
) {
  return { kind, payment, debit, credit, amountMinor, currency: 'CNY' };
}
