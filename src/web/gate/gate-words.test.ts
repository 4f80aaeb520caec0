import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIntl } from 'react-intl';
import { LANGUAGES, LOCALE_OF, messagesIn } from '#web/ui/language.ts';
import { SHARED_WORDS } from '#web/ui/shared-words.ts';
import { GATE_WORDS } from './gate-words.ts';

const words = { ...SHARED_WORDS, ...GATE_WORDS };

test('every message can be said in both languages, with the same arguments', () => {
  for (const [id, both] of Object.entries(words)) {
    const [zh, en] = LANGUAGES.map((language) => argumentsIn(both[language]));
    assert.deepEqual(zh, en, id);
    const values = Object.fromEntries((zh ?? []).map((name) => [name, 7]));
    for (const language of LANGUAGES) {
      const said: unknown[] = [];
      const intl = createIntl({
        locale: LOCALE_OF[language],
        messages: messagesIn(language, words),
        onError: (error) => said.push(error),
      });
      assert.notEqual(intl.formatMessage({ id }, values), '', id);
      assert.deepEqual(said, [], id);
    }
  }
});

test('nothing is said with an exclamation mark, and Chinese uses its own punctuation', () => {
  for (const [id, { zh, en }] of Object.entries(words)) {
    assert.doesNotMatch(zh + en, /[!！]/, id);
    assert.doesNotMatch(zh, /[\u4e00-\u9fff][,;?]/, id);
  }
});

function argumentsIn(message: string): string[] {
  const names = [...message.matchAll(/\{(\w+)\s*[,}]/g)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !/^(one|other|Answers)$/.test(name)))].sort();
}
