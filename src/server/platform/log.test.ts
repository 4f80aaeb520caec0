import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

function written(fields: object): Record<string, unknown> {
  let line = '';
  const log = createLog({ stream: { write: (text: string) => (line += text) } });
  log.info(fields, 'said');
  return JSON.parse(line);
}

test('never writes a credential, wherever in the fields it stands', () => {
  const secret = 'kmt_verysecret';
  const fields = {
    token: secret,
    session: { cookie: secret, token: secret },
    headers: { authorization: secret, 'set-cookie': secret },
    req: { headers: { authorization: secret, cookie: secret, dpop: secret } },
    res: { headers: { 'set-cookie': secret } },
  };
  assert.equal(JSON.stringify(written(fields)).includes(secret), false);
});

test('writes one JSON line with time, level, fields and sentence', () => {
  const line = written({ gate: 'N3' });
  assert.equal(line['gate'], 'N3');
  assert.equal(line['msg'], 'said');
  assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('says what the database refused, and not the row that it quotes', () => {
  const row = 'Failing row contains (1, Wang Xiaoming, 13800001111).';
  const fault = Object.assign(new Error('violates check constraint'), { detail: row, where: row });
  const line = written({ err: Object.assign(fault, { code: '23514' }) });
  assert.partialDeepStrictEqual(line['err'], { code: '23514', message: fault.message });
  assert.doesNotMatch(JSON.stringify(line), /Wang/);
});
