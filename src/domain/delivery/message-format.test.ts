import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LETTER_WORDS } from './letter-words.ts';
import { argumentsOf, formatMessage, LANGUAGES } from './message-format.ts';

const PLURAL = '{n, plural, =0 {no tickets} one {# ticket} other {# tickets}} in {where}';

test('writes each number as its language does', () => {
  const at = (n: number) => formatMessage(PLURAL, { n, where: 'N103' }, 'en');
  assert.deepEqual(
    [at(0), at(1), at(1200)],
    ['no tickets in N103', '1 ticket in N103', '1,200 tickets in N103'],
  );
  const zh = '{n, plural, =0 {} other {其余 # 张}}';
  assert.deepEqual(
    [formatMessage(zh, { n: 0 }, 'zh-CN'), formatMessage(zh, { n: 1 }, 'zh-CN')],
    ['', '其余 1 张'],
  );
});

test('chooses by a word, and otherwise takes “other”', () => {
  const template = '{by, select, card {to your card} other {the way you paid}}';
  assert.equal(formatMessage(template, { by: 'card' }, 'en'), 'to your card');
  assert.equal(formatMessage(template, { by: 'cash' }, 'en'), 'the way you paid');
});

test('does not read what it is given as a template', () => {
  assert.equal(formatMessage('{name}#', { name: "{n} d'Or #" }, 'en'), "{n} d'Or ##");
});

test('a template that cannot be read, or a value that is missing, is a bug', () => {
  for (const wrong of ['{', '}', '{n, plural, one {#}}', '{n, date}', '{n, plural, other {#}']) {
    assert.throws(() => formatMessage(wrong, { n: 1 }, 'en'), { name: 'AssertionError' }, wrong);
  }
  assert.throws(() => formatMessage('{name}', {}, 'en'), { name: 'AssertionError' });
});

test('every sentence of the letters asks for the same in both languages, but for how many', () => {
  for (const [key, words] of Object.entries(LETTER_WORDS)) {
    const [zh, en] = LANGUAGES.map((language) => {
      const names = [...argumentsOf(words[language])];
      return names.filter((name) => name !== 'count').sort();
    });
    assert.deepEqual(zh, en, key);
  }
});
