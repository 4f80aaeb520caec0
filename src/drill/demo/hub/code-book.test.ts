import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mintTicketCode, parseTicketCode } from '#domain/credentials/ticket-code.ts';
import { Chance } from '../seed/chance.ts';
import { seedGround } from '../seed/ground.ts';
import { seedTickets } from '../seed/tickets.ts';
import { CodeBook } from './code-book.ts';

const tickets = seedTickets(seedGround(), new Chance('codes'));
const printed = mintTicketCode({ issue: 0, event: 1, serial: 7 }, new Uint8Array(32), () =>
  new Uint8Array(32).fill(90),
);
const reissued = mintTicketCode({ issue: 1, event: 1, serial: 7 }, new Uint8Array(32), () =>
  new Uint8Array(32).fill(91),
);
const book = new CodeBook({
  tickets,
  printed: new Map([['HY-000007', printed]]),
  reissued: new Map([['HY-000007', reissued]]),
  otherMatch: ['OTHER'],
});

test('a holder shows the code in force, and an old copy the one before', () => {
  assert.equal(book.codeOf({ kind: 'code', ref: 'HY-000007' }), reissued);
  assert.equal(book.codeOf({ kind: 'old-copy', ref: 'HY-000007' }), printed);
});

test('a forged code has the form of ours and the number of a ticket', () => {
  const forged = book.codeOf({ kind: 'forged', ref: 'HY-000007' });
  assert.notEqual(forged, printed);
  assert.equal(parseTicketCode(forged)?.serial, 7);
});

test('season cards show what is printed on them or in their chip', () => {
  const card = tickets.find((ticket) => ticket.cardUid !== null);
  const foreign = tickets.find((ticket) => ticket.code !== null);
  assert.equal(book.codeOf({ kind: 'card', ref: card?.ref ?? '' }), card?.cardUid);
  assert.equal(book.codeOf({ kind: 'foreign', ref: foreign?.ref ?? '' }), foreign?.code);
  const unsold = book.codeOf({ kind: 'unsold', number: 3 });
  assert.match(unsold, /^\d{13}$/);
  assert.ok(!tickets.some((ticket) => ticket.code === unsold));
});

test('what is no ticket of tonight is shown as it is', () => {
  assert.equal(book.codeOf({ kind: 'other-match', number: 5 }), 'OTHER');
  assert.match(book.codeOf({ kind: 'payment-code', number: 5 }), /^https:/);
  assert.throws(() => book.codeOf({ kind: 'code', ref: 'HY-999999' }), /was not exported/);
});
