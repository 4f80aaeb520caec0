import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '#testing/postgres.ts';
import { arrayLiteral } from './array-literal.ts';

test('PostgreSQL reads back what was written, whatever it holds', async () => {
  await using database = await testDatabase();
  const texts = [
    ...['', 'plain', 'a,b', '{curly}', 'NULL', '"quoted"', 'back\\slash', '\\"', ' spaced '],
    ...['line\nbreak', 'tab\t', '开门', '🎫', "it's", '{"json":"with \\"quotes\\""}', null],
  ];
  const { rows } = await database.pool.query('SELECT $1::text[] AS back', [arrayLiteral(texts)]);
  assert.deepEqual(rows[0].back, texts);
});

test('numbers, truth values and nothing at all keep their kind', async () => {
  await using database = await testDatabase();
  const { rows } = await database.pool.query(
    'SELECT $1::bigint[]::text[] AS numbers, $2::boolean[] AS truths, $3::integer[] AS none',
    [
      arrayLiteral([1, -2, Number.MAX_SAFE_INTEGER, null]),
      arrayLiteral([true, false]),
      arrayLiteral([]),
    ],
  );
  assert.deepEqual(rows[0], {
    numbers: ['1', '-2', '9007199254740991', null],
    truths: [true, false],
    none: [],
  });
});
