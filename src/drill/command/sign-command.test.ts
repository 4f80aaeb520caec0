import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { OUTCOME_FILE } from '#drill/report/compare.ts';
import { PAGE_FILE, SUMS_FILE, sumsOf } from '#drill/report/files.ts';
import { SIGNATURES_FILE, sign } from './sign-command.ts';

const LIN = { name: '林红', role: 'safety officer', decision: 'go' } as const;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kaimen-sign-'));
  write('go');
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(verdict: string): void {
  writeFileSync(path.join(folder, OUTCOME_FILE), JSON.stringify({ verdict }));
  writeFileSync(path.join(folder, PAGE_FILE), '<!doctype html>');
  writeFileSync(path.join(folder, SUMS_FILE), sumsOf(folder));
}

const kept = () => JSON.parse(readFileSync(path.join(folder, SIGNATURES_FILE), 'utf8'));

test('puts names under a report, one after the other, each bound to the report and to those before', () => {
  const first = sign(folder, LIN);
  const second = sign(folder, { name: ' 陈立 ', role: 'gates', decision: 'no-go' });
  assert.equal(second.name, '陈立');
  assert.equal(second.report, first.report);
  assert.notEqual(second.before, first.before);
  assert.deepEqual(kept(), [first, second]);
});

for (const file of [OUTCOME_FILE, PAGE_FILE, SUMS_FILE]) {
  test(`refuses a report whose ${file} has changed`, () => {
    appendFileSync(path.join(folder, file), ' ');
    assert.throws(() => sign(folder, LIN), /not what it was/);
  });
}

test('refuses where a signature was changed, or belongs to another report', () => {
  sign(folder, LIN);
  sign(folder, { ...LIN, name: '陈立' });
  const [first, second] = kept();
  writeFileSync(path.join(folder, SIGNATURES_FILE), JSON.stringify([second]));
  assert.throws(() => sign(folder, LIN), /the signature of 陈立/);
  writeFileSync(path.join(folder, SIGNATURES_FILE), JSON.stringify([first]));
  write('go ');
  assert.throws(() => sign(folder, { ...LIN, decision: 'no-go' }), /the signature of 林红/);
});

test('nobody signs “go” under what is none, and a folder without a report is named', () => {
  write('no-go');
  assert.throws(() => sign(folder, LIN), /nobody signs “go” under it/);
  assert.equal(sign(folder, { ...LIN, decision: 'no-go' }).decision, 'no-go');
  assert.throws(() => sign(path.join(folder, 'none'), LIN), /holds no report/);
});
