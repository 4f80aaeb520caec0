import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Burst, KeyBurst } from './key-burst.ts';

const CODE = 'KAQACAAAAE6U5Q4RG4TUIHXSOE';

/** How a reader set to US types `text`, as a system with another layout understands it. */
function typed(text: string, layout: Readonly<Record<string, string>> = {}, gapMs = 8) {
  const burst = new KeyBurst();
  let atMs = 1_000;
  let taken: Burst | null = null;
  for (const character of text) {
    const isLetter = /[A-Za-z]/.test(character);
    const code = isLetter ? `Key${character.toUpperCase()}` : `Digit${character}`;
    const key = layout[character] ?? character;
    const isShifted = /[A-Z]/.test(character);
    taken = burst.press({ key, code, isShifted, atMs }).burst;
    atMs += gapMs;
  }
  return { burst, atMs, taken };
}

const enter = (atMs: number) => ({ key: 'Enter', code: 'Enter', isShifted: false, atMs });

test('a scan ends with Enter', () => {
  const { burst, atMs } = typed(CODE);
  assert.deepEqual(burst.press(enter(atMs)).burst, { byKey: CODE, byPosition: CODE });
});

test('a reader set to US is understood on a French, a German and an upper-case keyboard', () => {
  const french = { A: 'Q', Q: 'A', Z: 'W', W: 'Z', M: '?', 2: 'é', 3: '"', 4: "'", 5: '(', 6: '-' };
  const german = { Y: 'Z', Z: 'Y' };
  const capsLock = Object.fromEntries(
    [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((c) => [c, c.toLowerCase()]),
  );
  for (const layout of [french, german, capsLock]) {
    const { burst, atMs } = typed(CODE, layout);
    assert.equal(burst.press(enter(atMs)).burst?.byPosition, CODE);
  }
});

test('a reader set to the country of the system is understood by what the system heard', () => {
  const burst = new KeyBurst();
  // A French reader sends the place of Q for an A; the French system reads A.
  for (const [index, character] of [...'AAAAAAAA'].entries()) {
    burst.press({ key: character, code: 'KeyQ', isShifted: true, atMs: index * 8 });
  }
  assert.equal(burst.press(enter(70)).burst?.byKey, 'AAAAAAAA');
});

test('a reader that sends no Enter ends by falling silent', () => {
  const { burst, atMs } = typed(CODE, {}, 35);
  assert.equal(burst.ends(atMs), null);
  assert.equal(burst.ends(atMs + 100)?.byKey, CODE);
  assert.equal(burst.ends(atMs + 200), null);
});

test('what a person types is no scan, and is not taken away from them', () => {
  const burst = new KeyBurst();
  for (const [index, character] of [...'HELLOHELLO'].entries()) {
    const code = `Key${character}`;
    const { isBurst } = burst.press({ key: character, code, isShifted: false, atMs: index * 140 });
    assert.ok(!isBurst);
  }
  assert.equal(burst.press(enter(2_000)).burst, null);
});
