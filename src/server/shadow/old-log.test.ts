import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShadowColumn } from '#protocol/shadow.ts';
import { oldLineReader } from './old-log.ts';

function read(row: Partial<Record<ShadowColumn, string>>) {
  const columns = Object.keys(row) as ShadowColumn[];
  return oldLineReader(columns)({ line: 7, cells: Object.values(row) });
}

test('takes the words that old systems use', () => {
  for (const decision of ['OK', 'admitted', '放行', '1', ' Green ']) {
    const line = read({ code: 'X1', decision });
    assert.ok('isAdmitted' in line && line.isAdmitted, decision);
  }
  for (const decision of ['NG', '0', '拒绝', 'duplicate']) {
    const line = read({ code: 'X1', decision });
    assert.ok('isAdmitted' in line && !line.isAdmitted, decision);
  }
  const out = read({ code: 'X1', decision: 'ok', direction: '出场' });
  assert.ok('direction' in out && out.direction === 'out');
  const blank = read({ code: 'X1', decision: 'ok', direction: '', gate: '', reason: '' });
  assert.deepEqual(blank, {
    ...{ line: 7, code: 'X1', at: null, gate: null, direction: 'in' },
    ...{ isAdmitted: true, reason: null },
  });
});

for (const [row, column, message] of [
  [{ code: '', decision: 'ok' }, 'code', /is empty/],
  [{ code: 'x'.repeat(5_000), decision: 'ok' }, 'code', /longer than 4096/],
  [{ code: 'X1', decision: ' ' }, 'decision', /is empty/],
  [{ code: 'X1', decision: 'ok', direction: 'up' }, 'direction', /“up” is none of in, entry/],
  [{ code: 'X1', decision: 'ok', at: '17:30' }, 'at', /“17:30” is not an RFC 3339 time/],
  [{ code: 'X1', decision: 'ok', at: '' }, 'at', /is not an RFC 3339 time/],
] as const) {
  test(`names line and column of a bad ${column}: ${JSON.stringify(row).slice(0, 60)}`, () => {
    const problem = read(row);
    assert.ok('message' in problem, JSON.stringify(problem));
    assert.deepEqual([problem.line, problem.column], [7, column]);
    assert.match(problem.message, message);
  });
}

test('names the line of a row with another number of cells', () => {
  const problem = oldLineReader(['code', 'decision'])({ line: 3, cells: ['X1', 'ok', ''] });
  assert.deepEqual(problem, {
    line: 3,
    column: null,
    message: 'has 3 cells, the header has 2',
  });
});
