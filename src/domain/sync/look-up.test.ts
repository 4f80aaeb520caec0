import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCode } from '#domain/credentials/reading.ts';
import { mintTicketCode } from '#domain/credentials/ticket-code.ts';
import { hmacSha256 } from '#testing/credentials.ts';
import { aTicket } from '#testing/entry.ts';
import { type ListedTicket, type LookedUp, lookUp, type TicketList } from './look-up.ts';

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);
const LISTED: ListedTicket = { ticket: aTicket({ serial: 5, issue: 2 }), hashes: ['ours', 'card'] };

test('a listed code finds its ticket', () => {
  assert.deepEqual(looked(code({ issue: 2 }), 'ours'), ticketFound(true));
});

test('an imported code of another system finds its ticket by hash', () => {
  assert.deepEqual(looked('4006381333931', 'card'), ticketFound(true));
  assert.deepEqual(looked('4006381333931', 'other'), { kind: 'ask', why: 'not-listed' });
});

test('a lower issue has been replaced, a higher one is newer than the list', () => {
  assert.deepEqual(looked(code({ issue: 1 }), 'x'), ticketFound(false));
  const newer = { kind: 'ask', why: 'newer-issue', ticket: LISTED.ticket } as const;
  assert.deepEqual(looked(code({ issue: 3 }), 'x'), newer);
});

test('the listed issue under another hash is forged', () => {
  assert.deepEqual(looked(code({ issue: 2 }, OTHER_KEY), 'x'), none('forged'));
});

test('a serial that is not listed is asked upward', () => {
  assert.deepEqual(looked(code({ serial: 6 }), 'x'), { kind: 'ask', why: 'not-listed' });
});

test('another match’s code with a serial of ours is of the wrong event, never forged', () => {
  assert.deepEqual(looked(code({ event: 9, issue: 2 }), 'x'), none('wrong-event'));
});

test('until this event’s number is known, only a listed code is sure', () => {
  const list = { ...LIST, eventNumber: null };
  assert.deepEqual(looked(code({ issue: 2 }), 'ours', list), ticketFound(true));
  assert.deepEqual(looked(code({ event: 9, issue: 2 }), 'x', list), {
    kind: 'ask',
    why: 'not-listed',
  });
});

test('what cannot be a code is unreadable, a signed code is for the holder of its key', () => {
  assert.deepEqual(looked('\u0007', 'x'), none('unreadable'));
  assert.deepEqual(looked(`KS1${'A'.repeat(119)}`, 'x'), {
    kind: 'ask',
    why: 'not-ours-to-check',
  });
});

const LIST: TicketList = {
  eventNumber: 3,
  bySerial: (serial) => (serial === 5 ? LISTED : null),
  byHash: (hash) => (LISTED.hashes.includes(hash) ? LISTED : null),
};

function looked(text: string, hash: string, list: TicketList = LIST): LookedUp {
  return lookUp(readCode(text), hash, list);
}

function code(fields: { issue?: number; event?: number; serial?: number }, key = KEY): string {
  return mintTicketCode({ issue: 0, event: 3, serial: 5, ...fields }, key, hmacSha256);
}

function ticketFound(isCurrent: boolean): LookedUp {
  return { kind: 'known', finding: { kind: 'ticket', ticket: LISTED.ticket, isCurrent } };
}

function none(reason: 'forged' | 'wrong-event' | 'unreadable'): LookedUp {
  return { kind: 'known', finding: { kind: 'none', reason } };
}
