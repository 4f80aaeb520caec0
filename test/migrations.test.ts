// Migrations expand, then the code moves, then they contract: the release before this one runs on the database as it is
// after each of them. What takes something away must say so, and only what the release before does not use.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '..');
const FOLDER = path.join(ROOT, 'db/migrations');

/** The release before this one, by its commit, and the migrations that it came with. */
const PREVIOUS = { name: 'v0.1.0', commit: '0ffca2f', last: '0005' };

/** What went wrong once, and how it was put right: 0011 gives the table back to the release before. */
const PUT_RIGHT: Readonly<Record<string, readonly string[]>> = {
  '0008_hearing_out.sql': ['DROP TABLE kick_offs'],
};

/** Statements that the release before may not survive, each with its reason. */
const TAKES_AWAY: readonly (readonly [RegExp, string])[] = [
  [/^DROP (TABLE|VIEW)/i, 'drops a table'],
  [/^TRUNCATE|^DELETE FROM/i, 'deletes rows'],
  [/^ALTER TABLE[^;]*\bDROP (COLUMN|CONSTRAINT)\b/is, 'drops a column or a constraint'],
  [/^ALTER TABLE[^;]*\bRENAME\b|^ALTER TABLE[^;]*\bSET SCHEMA\b/is, 'renames'],
  [/^ALTER TABLE[^;]*\bSET NOT NULL\b/is, 'refuses NULL from now on'],
  [/^ALTER TABLE[^;]*\bALTER COLUMN \S+ (SET DATA )?TYPE\b/is, 'changes a type'],
  [/^ALTER TABLE[^;]*\bADD (CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY)\b/is, 'adds a constraint'],
];

type Found = { readonly statement: string; readonly why: string };

function takenAway(sql: string): Found[] {
  const statements = sql
    .replace(/^\s*--.*$/gm, '')
    .split(';')
    .map((each) => each.trim().replace(/\s+/g, ' '))
    .filter((each) => each !== '');
  const made = statements.flatMap((each) => /^CREATE TABLE (\w+)/i.exec(each)?.[1] ?? []);
  // Older programs leave it NULL, and NULL is no double of NULL.
  const isNew = (column: string) => new RegExp(`\\bADD COLUMN ${column}\\b`, 'i').test(sql);
  return statements.flatMap((statement) => {
    const table = /^(?:ALTER TABLE|CREATE UNIQUE INDEX \w+ ON) (\w+)/i.exec(statement)?.[1];
    if (table !== undefined && made.includes(table)) return [];
    const found = TAKES_AWAY.filter(([pattern]) => pattern.test(statement)).map(([, why]) => why);
    if (/^CREATE UNIQUE INDEX/i.test(statement) && !indexed(statement).some(isNew)) {
      found.push('refuses doubles from now on');
    }
    for (const [, column = ''] of statement.matchAll(/\bADD COLUMN ([^,]+)/gi)) {
      if (/^ALTER TABLE/i.test(statement) && /NOT NULL/i.test(column) && !/DEFAULT/i.test(column)) {
        found.push('adds a column that older programs leave out and may not');
      }
    }
    return found.map((why) => ({ statement: statement.slice(0, 80), why }));
  });
}

function indexed(statement: string): string[] {
  return /\(([^)]*)\)/.exec(statement)?.[1]?.split(/\s*,\s*/) ?? [];
}

/** `-- contract: table.column` or `-- contract: table`, as often as there are. */
function contracted(sql: string): string[] {
  return [...sql.matchAll(/^-- contract: (\S+)$/gm)].map(([, what = '']) => what);
}

const migrations = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sql') && file.slice(0, 4) > PREVIOUS.last)
  .map((file) => ({ file, sql: readFileSync(path.join(FOLDER, file), 'utf8') }));

for (const { file, sql } of migrations) {
  test(`${file} leaves the release before at work`, (t) => {
    const promised = contracted(sql);
    const found = takenAway(sql).filter(
      ({ statement }) => !(PUT_RIGHT[file] ?? []).includes(statement),
    );
    if (promised.length === 0) return assert.deepEqual(found, []);
    for (const what of promised) {
      const users = usersIn(what);
      if (users === null) return t.skip('the release before is not in this clone’s history');
      assert.deepEqual(users, [], `${what} is used by ${PREVIOUS.name}`);
    }
  });
}

/** @returns files of the release before that name it; null without history */
function usersIn(what: string): string[] | null {
  const name = what.split('.').at(-1) ?? what;
  try {
    const args = ['grep', '-lw', name, PREVIOUS.commit, '--', 'src/server'];
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    // 1: nobody names it; anything else: there is no such commit here.
    return (error as { status?: number }).status === 1 ? [] : null;
  }
}

for (const [sql, why] of [
  ['DROP TABLE claims;', 'drops a table'],
  ['ALTER TABLE scans DROP COLUMN found;', 'drops a column or a constraint'],
  ['ALTER TABLE scans\n  RENAME COLUMN found TO seen;', 'renames'],
  ['ALTER TABLE scans ALTER COLUMN lane SET NOT NULL;', 'refuses NULL from now on'],
  ['ALTER TABLE scans ALTER COLUMN lane TYPE integer;', 'changes a type'],
  ['ALTER TABLE scans ADD CONSTRAINT odd CHECK (revision > 0);', 'adds a constraint'],
  [
    'ALTER TABLE scans ADD COLUMN a text, ADD COLUMN b text NOT NULL;',
    'adds a column that older programs leave out and may not',
  ],
  ['CREATE UNIQUE INDEX one ON scans (revision);', 'refuses doubles from now on'],
  ['DELETE FROM scans;', 'deletes rows'],
] as const) {
  test(`a migration may not: ${why}`, () => {
    assert.deepEqual(
      takenAway(sql).map((found) => found.why),
      [why],
    );
  });
}

test('a migration may add, and do what it likes with what it has made', () => {
  for (const sql of [
    'CREATE TABLE more (id text NOT NULL); CREATE UNIQUE INDEX one ON more (id);',
    "ALTER TABLE scans ADD COLUMN found text, ADD COLUMN n integer NOT NULL DEFAULT 0; UPDATE scans SET found = '';",
    '-- DROP TABLE claims;\nCREATE INDEX more ON scans (lane);',
    'ALTER TABLE devices ALTER COLUMN token_hash DROP NOT NULL;',
  ]) {
    assert.deepEqual(takenAway(sql), [], sql);
  }
});
