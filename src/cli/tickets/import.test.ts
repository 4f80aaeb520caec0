import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { kaimen, problemBody, sendJson, standIn } from '#cli/stand-in-server.ts';

const REPORT = {
  rows: 3,
  added: 1,
  changed: 1,
  unchanged: 0,
  missing: null,
  bad: 1,
  problems: [{ line: 4, column: 'section', message: 'there is no section “ZZ”' }],
  encoding: 'gbk',
};

let file = '';
let directory = '';
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'kaimen-cli-'));
  file = path.join(directory, 'tickets.csv');
  writeFileSync(file, `ticket_ref,type\n${'A,adult\n'.repeat(100_000)}`);
});
after(() => rmSync(directory, { recursive: true }));

test('streams the file as it is and says in words what came of it', async () => {
  await using server = await standIn((_asked, response) => sendJson(response, REPORT));
  const { code, stdout } = await kaimen(
    ['tickets', 'import', file, '--event', 'derby', '--delta', '--skip-bad'],
    { KAIMEN_URL: server.url },
  );
  const [asked] = server.asked;
  assert.equal(asked?.url, '/api/v1/events/derby/tickets/import?delta=true&skipBad=true');
  assert.equal(asked?.headers['content-type'], 'text/csv');
  assert.equal(asked?.body.length, 16 + 800_000);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    'derby: 3 rows (read as GBK): 1 added, 1 changed, 0 unchanged, 1 bad and left out\n' +
      '  line 4, section: there is no section “ZZ”\n',
  );
});

test('prints each line of a refused file, and nothing but the document with --json', async () => {
  const errors = [
    { field: 'line 7, section', message: 'there is no section “ZZ”' },
    { field: 'line 9', message: 'has 2 cells, the header has 18' },
  ];
  const refused = problemBody(422, 'refused-file', { errors, mend: 'correct these lines' });
  await using server = await standIn((_asked, response) => sendJson(response, refused, 422));
  const { code, stdout, stderr } = await kaimen(
    ['tickets', 'import', file, '--event', 'derby', '--json'],
    { KAIMEN_URL: server.url },
  );
  assert.equal(code, 1);
  assert.match(stderr, /line 7, section: there is no section “ZZ”\n {2}line 9: has 2 cells/);
  assert.deepEqual(JSON.parse(stdout).error.errors, errors);
});

test('a file that is not there, or is a directory, never reaches the server', async () => {
  await using server = await standIn((_asked, response) => sendJson(response, REPORT));
  const env = { KAIMEN_URL: server.url };
  const missing = await kaimen(['tickets', 'import', `${file}.none`, '--event', 'e'], env);
  assert.match(missing.stderr, /tickets\.csv\.none: there is no such file/);
  const folder = await kaimen(['tickets', 'import', directory, '--event', 'e'], env);
  assert.match(folder.stderr, /is a directory, not a file/);
  assert.deepEqual([missing.code, folder.code, server.asked.length], [1, 1, 0]);
});

test('--watch applies the file, then again when it has changed, and ends in peace', async () => {
  const watched = path.join(directory, 'watched.csv');
  writeFileSync(watched, 'ticket_ref,type\nA,adult\n');
  const applied = Promise.withResolvers<void>();
  await using server = await standIn((asked, response) => {
    sendJson(response, REPORT);
    if (server.asked.length === 1) writeFileSync(watched, `${asked.body}B,adult\n`);
    else applied.resolve();
  });
  const stop = new AbortController();
  const ended = kaimen(
    ['tickets', 'import', watched, '--event', 'e', '--delta', '--watch', '1', '--json'],
    { KAIMEN_URL: server.url },
    [],
    stop.signal,
  );
  await applied.promise;
  stop.abort();
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.deepEqual(
    server.asked.map(({ body }) => body.split('\n').length - 1),
    [2, 3],
  );
  for (const line of stdout.trim().split('\n')) assert.deepEqual(JSON.parse(line), REPORT);
});
