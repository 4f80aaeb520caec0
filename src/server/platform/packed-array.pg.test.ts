import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestDatabase, testDatabase } from '#testing/postgres.ts';
import { type PackedType, type PackedValue, packedArray } from './packed-array.ts';

const itself = <T>(value: T): T => value;

async function readBack(
  database: TestDatabase,
  type: PackedType,
  values: readonly PackedValue[],
): Promise<unknown> {
  const { rows } = await database.pool.query(`SELECT $1::${type}[]::text[] AS back`, [
    packedArray(type, values, itself),
  ]);
  return rows[0].back;
}

test('PostgreSQL reads back every type as it was given', async () => {
  await using database = await testDatabase();
  const texts = [
    ...['', 'plain', 'a,b', '{curly}', 'NULL', '"quoted"', 'back\\slash', '\\"', ' spaced '],
    ...['line\nbreak', 'tab\t', '开门', '🎫', "it's", '{"json":"with \\"quotes\\""}', null],
  ];
  const numbers = [0, 1, -1, 2_147_483_647, -2_147_483_648, null];
  const large = [...numbers, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, -(2 ** 53) + 1];
  const asText = (values: readonly PackedValue[]) =>
    values.map((value) => (value === null ? null : String(value)));
  assert.deepEqual(await readBack(database, 'text', texts), texts);
  assert.deepEqual(await readBack(database, 'integer', numbers), asText(numbers));
  assert.deepEqual(await readBack(database, 'bigint', large), asText(large));
  assert.deepEqual(await readBack(database, 'bytea', ['\\x', '\\x00ff', null]), [
    ...['\\x', '\\x00ff', null],
  ]);
  assert.deepEqual(await readBack(database, 'json', ['{"a": "开"}', null]), ['{"a": "开"}', null]);
  assert.deepEqual(await readBack(database, 'jsonb', ['{"b":1,"a":[]}']), ['{"a": [], "b": 1}']);
  assert.deepEqual(
    await readBack(database, 'timestamptz', [
      ...[
        '2026-11-29T17:30:00.123+08:00',
        '1999-12-31T23:59:59.999Z',
        '9998-12-31T23:59:59.999Z',
        '2026-11-29T10:00:00Z',
        null,
      ],
    ]),
    [
      '2026-11-29 09:30:00.123+00',
      '1999-12-31 23:59:59.999+00',
      '9998-12-31 23:59:59.999+00',
      '2026-11-29 10:00:00+00',
      null,
    ],
  );
});

test('an empty list, and one that is longer than what was written before', async () => {
  await using database = await testDatabase();
  assert.deepEqual(await readBack(database, 'integer', []), []);
  const long = Array.from({ length: 500 }, (_, at) => '开'.repeat(at));
  assert.deepEqual(await readBack(database, 'text', long), long);
});

test('a value that the type does not have is refused before anything is sent', () => {
  assert.throws(() => packedArray('integer', [2 ** 31], itself), RangeError);
  assert.throws(() => packedArray('integer', ['1'], itself), RangeError);
  assert.throws(() => packedArray('bigint', [0.5], itself), RangeError);
  assert.throws(() => packedArray('text', [1], itself), TypeError);
  assert.throws(() => packedArray('timestamptz', ['yesterday'], itself), RangeError);
});
