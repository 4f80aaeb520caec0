import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LESSONS, lessonOf, practiceCode } from '#domain/credentials/practice-code.ts';
import { readCode } from '#domain/credentials/reading.ts';
import { mintTicketCode } from '#domain/credentials/ticket-code.ts';
import { hmacSha256, sha256, validCredentials } from '#testing/credentials.ts';
import { decidePractice } from './practice.ts';

const NOTHING_SEEN = new Set<string>();

test('the vectors are made and read as they stand', () => {
  for (const { lesson, number, text } of validCredentials.practiceCodes) {
    assert.equal(practiceCode(lesson, number, sha256), text);
    assert.equal(lessonOf(text, sha256), lesson);
  }
});

test('each lesson has codes of its own, which are told apart and read as no ticket of ours', () => {
  const codes = LESSONS.flatMap((lesson) => [0, 1, 77].map((n) => practiceCode(lesson, n, sha256)));
  assert.equal(new Set(codes).size, codes.length);
  for (const [index, code] of codes.entries()) {
    assert.match(code, /^[MN][A-Z2-7]{25}$/);
    assert.equal(lessonOf(code, sha256), LESSONS[Math.floor(index / 3)]);
    assert.equal(readCode(code).kind, 'foreign');
  }
});

test('a code of the first lesson is let in once', () => {
  const code = practiceCode('admitted', 3, sha256);
  const first = decidePractice(code.toLowerCase(), NOTHING_SEEN, sha256);
  assert.deepEqual(first, { verdict: 'admitted', reason: null, next: 'let-in' });
  const again = decidePractice(code, new Set([code]), sha256);
  assert.deepEqual(again, { verdict: 'refused', reason: 'already-used', next: 'send-to-desk' });
});

test('every lesson shows its own verdict', () => {
  for (const lesson of LESSONS.filter((each) => !['admitted', 'provisional'].includes(each))) {
    const answer = decidePractice(practiceCode(lesson, 0, sha256), NOTHING_SEEN, sha256);
    assert.ok(answer !== 'not-practice');
    assert.equal(answer.reason, lesson);
    assert.equal(answer.verdict, lesson.startsWith('check-') ? 'referred' : 'refused');
  }
});

test('real tickets, and what is nearly a practice code, are not practised on', () => {
  const real = mintTicketCode({ issue: 0, event: 1, serial: 1 }, new Uint8Array(32), hmacSha256);
  const code = practiceCode('admitted', 0, sha256);
  const spoilt = (code.startsWith('M') ? 'N' : 'M') + code.slice(1);
  for (const text of [real, spoilt, code.slice(1), '', '   ', '\ud800', 'OLD-0001']) {
    assert.equal(decidePractice(text, NOTHING_SEEN, sha256), 'not-practice', text);
  }
});
