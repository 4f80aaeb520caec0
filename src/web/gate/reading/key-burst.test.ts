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

test('a code of ours that stops half-way is one scan when its rest comes late, with Enter or without', () => {
  for (const isEnding of [true, false]) {
    const { burst, atMs } = typed(CODE.slice(0, 9));
    assert.equal(burst.ends(atMs + 300), null);
    let lastMs = atMs;
    for (const [index, character] of [...CODE.slice(9)].entries()) {
      lastMs = atMs + 600 + index * 8;
      const code = /[A-Z]/.test(character) ? `Key${character}` : `Digit${character}`;
      burst.press({ key: character, code, isShifted: true, atMs: lastMs });
    }
    const taken = isEnding ? burst.press(enter(lastMs + 8)).burst : burst.ends(lastMs + 110);
    assert.equal(taken?.byKey, CODE);
  }
});

test('keys pressed every 10 ms that a busy phone hears every 400 ms are one scan', () => {
  const burst = new KeyBurst();
  const HEARD_EACH_MS = 400;
  for (const [index, character] of [...CODE].entries()) {
    const code = /[A-Z]/.test(character) ? `Key${character}` : `Digit${character}`;
    burst.press({ key: character, code, isShifted: true, atMs: index * 10 });
    const isTimedOut = burst.silenceMs < HEARD_EACH_MS && index < CODE.length - 1;
    if (isTimedOut) assert.equal(burst.ends(index * HEARD_EACH_MS + burst.silenceMs), null);
  }
  assert.equal(burst.press(enter(CODE.length * 10)).burst?.byKey, CODE);
});

test('what stays half a code ends after all, and is told as it was', () => {
  const { burst, atMs } = typed(CODE.slice(0, 9));
  assert.equal(burst.silenceMs, 1_050);
  assert.equal(burst.ends(atMs + burst.silenceMs)?.byKey, CODE.slice(0, 9));
  assert.equal(burst.silenceMs, 110);
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
