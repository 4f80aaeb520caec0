// Ticket files as old systems send them, through HTTP and on a server of its own.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DrillClient } from '#drill/drill-client.ts';
import { FiledMatch } from '#drill/filed-match.ts';
import { ServerProcess } from '#drill/server-process.ts';
import type { ImportReport } from '#protocol/tickets.ts';
import { openTemporaryDirectory } from '#testing/postgres-process.ts';

const scratch = openTemporaryDirectory();
let server: ServerProcess;
let client: DrillClient;

before(async () => {
  server = await ServerProcess.start(path.join(scratch.path, 'data'));
  client = await DrillClient.open(server.url, 4, server.adminToken);
});

after(async () => {
  client?.[Symbol.dispose]();
  await server?.stop();
  scratch[Symbol.dispose]();
});

function counts({ rows, added, changed, unchanged, bad, missing }: ImportReport) {
  return { rows, added, changed, unchanged, bad, missing };
}

test('one bad row refuses the whole file, and every bad row is named', async () => {
  const match = await FiledMatch.open(client, 'bad-rows');
  const csv = 'ticket_ref,type,gate\nA,adult,N1\nB,junior,N1\nC,adult,X9\nD,adult\nE,adult,N1\n';
  assert.deepEqual(await match.send(csv), [
    'line 3, type: there is no ticket type “junior”; the event has adult',
    'line 4, gate: there is no gate “X9”; the event has N1',
    'line 5: has 2 cells, the header has 3',
  ]);
  assert.equal(await match.ticketCount(), 0);
  const report = await match.take(csv, '?skipBad=true');
  assert.deepEqual(counts(report), {
    ...{ rows: 5, added: 2, changed: 0, unchanged: 0, bad: 3, missing: 0 },
  });
  assert.deepEqual(
    report.problems.map(({ line }) => line),
    [3, 4, 5],
  );
  assert.equal(await match.ticketCount(), 2);
});

test('a reference twice in one file names both lines; without it the first one counts', async () => {
  const match = await FiledMatch.open(client, 'twice');
  const csv = 'ticket_ref,type,seat\nA,adult,1\nB,adult,2\nA,adult,3\n';
  assert.deepEqual(await match.send(csv), ['line 4, ticket_ref: is on line 2 already']);
  assert.equal(await match.ticketCount(), 0);
  const { added, bad } = await match.take(csv, '?skipBad=true');
  assert.deepEqual([added, bad, (await match.ticket('A')).seat], [2, 1, '1']);
});

test('a code, card or document that two tickets would have is refused', async () => {
  const match = await FiledMatch.open(client, 'codes-twice');
  assert.deepEqual(await match.send('ticket_ref,type,code\nA,adult,x1\nB,adult,X1\n'), [
    'line 3, code: is on line 2 already',
  ]);
  const both = 'ticket_ref,type,card_uid,document\nA,adult,04:A2:1F,\nB,adult,,04a21f\n';
  assert.deepEqual(await match.send(both), ['line 3, document: is on line 2 already']);
  await match.take('ticket_ref,type,code,card_uid\nA,adult,X1,04:A2\nB,adult,X2,\n');
  assert.deepEqual(await match.send('ticket_ref,type,code\nC,adult,X1\n'), [
    'line 2, code: belongs to ticket A already',
  ]);
  assert.deepEqual(await match.send('ticket_ref,type,document\nC,adult,04-a2\n'), [
    'line 2, document: belongs to ticket A already',
  ]);
  assert.equal(await match.ticketCount(), 2);
});

test('leaving a bad row out leaves out those that needed it', async () => {
  const match = await FiledMatch.open(client, 'chain');
  await match.take('ticket_ref,type,code\nA,adult,X1\nB,adult,X2\nC,adult,X3\n');
  // A keeps X1, so B cannot have it, so B keeps X2, so C cannot have that.
  const csv = 'ticket_ref,type,code\nA,junior,Y1\nB,adult,X1\nC,adult,X2\nD,adult,X4\n';
  const { added, changed, bad } = await match.take(csv, '?delta=true&skipBad=true');
  assert.deepEqual([added, changed, bad], [1, 0, 3]);
  for (const code of ['X1', 'X2', 'X3', 'X4']) assert.equal(await match.scan(code), 'admitted');
});

test('codes can be swapped, also by way of a ticket that got another one before', async () => {
  const match = await FiledMatch.open(client, 'swap');
  await match.take('ticket_ref,type,code\nA,adult,X1\nB,adult,X2\n');
  await match.take('ticket_ref,type,code\nA,adult,X2\nB,adult,X1\n');
  await match.take('ticket_ref,type,code\nA,adult,X3\n');
  await match.take('ticket_ref,type,code\nC,adult,X2\n');
  assert.equal(await match.scan('X1'), 'admitted');
  assert.equal((await match.ticket('B')).crossings.length, 1);
  assert.equal(await match.scan('X2'), 'admitted');
  assert.equal((await match.ticket('C')).crossings.length, 1);
  assert.equal(await match.scan('X3'), 'admitted');
});

for (const [what, csv, problem] of [
  ['an empty file', '', 'line 1: the file is empty: it has no header'],
  ['an unknown column', 'ticket_ref,type,colour\n', /line 1: unknown column “colour”; known are/],
  ['a column twice', 'ticket_ref,type,type\n', 'line 1: column “type” stands twice'],
  ['a missing column', 'ticket_ref,seat\n', 'line 1: column “type” is missing'],
  ['an open quote', 'ticket_ref,type\nA,"adult\n', /line \d: not CSV: a quote is opened/],
] as const) {
  test(`refuses ${what} with line and reason`, async () => {
    const match = await FiledMatch.open(client, `file-${what.replaceAll(' ', '-')}`);
    const [first = ''] = (await match.send(csv)) as string[];
    if (typeof problem === 'string') assert.equal(first, problem);
    else assert.match(first, problem);
  });
}

test('with --skip-bad a column that nobody knows is left out, and named', async () => {
  const match = await FiledMatch.open(client, 'left-out');
  const csv = 'colour,ticket_ref,size,type\nred,A,xl,adult\nred,B\nred,C,xl,adult\n';
  const report = await match.take(csv, '?skipBad=true');
  assert.deepEqual([report.added, report.bad], [2, 1]);
  assert.deepEqual(
    report.problems.map(({ line, message }) => `${line}: ${message}`),
    [
      '1: unknown column “colour”: left out',
      '1: unknown column “size”: left out',
      '3: has 2 cells, the header has 4',
    ],
  );
});

test('a header alone changes nothing, and a whole file says what it does not name', async () => {
  const match = await FiledMatch.open(client, 'header-only');
  await match.take('ticket_ref,type\nA,adult\nB,adult\nC,adult\n');
  assert.deepEqual(counts(await match.take('ticket_ref,type\n', '')), {
    ...{ rows: 0, added: 0, changed: 0, unchanged: 0, bad: 0, missing: 3 },
  });
  const { missing } = await match.take('ticket_ref,type\nB,adult\n', '');
  assert.equal(missing, 2);
  assert.equal((await match.take('ticket_ref,type\nB,adult\n')).missing, null);
});

test('GBK, BOM and CRLF arrive as the words they are', async () => {
  const match = await FiledMatch.open(client, 'encodings');
  const gbk = Buffer.concat([
    Buffer.from('\r\nticket_ref,type,row\r\nA,adult,'),
    Buffer.from([0xc4, 0xe3, 0x0d, 0x0a]),
  ]);
  const report = (await match.send(gbk)) as ImportReport;
  assert.deepEqual([report.encoding, (await match.ticket('A')).row], ['gbk', '你']);
  const { encoding } = await match.take('\ufeffticket_ref,type,row\r\nB,adult,你\r\n');
  assert.deepEqual([encoding, (await match.ticket('B')).row], ['utf-8', '你']);
});

test('a file that is refused at its first line is answered before its last one is sent', async () => {
  const match = await FiledMatch.open(client, 'long-and-wrong');
  const rows = 'A,adult,red\n'.repeat(1_000_000);
  const [first = ''] = (await match.send(`ticket_ref,type,colour\n${rows}`)) as string[];
  assert.match(first, /unknown column “colour”/);
});

test('refused files use up no serials', async () => {
  const match = await FiledMatch.open(client, 'serials');
  for (let attempt = 0; attempt < 3; attempt++) {
    const rows = Array.from({ length: 50 }, (_, index) => `T-${index},adult\n`).join('');
    assert.equal(Array.isArray(await match.send(`ticket_ref,type\n${rows}T-0,adult\n`)), true);
  }
  await match.take('ticket_ref,type\nA,adult\n');
  assert.equal((await match.ticket('A')).serial, 1);
});

test('two files at once that give one code to two tickets: one is refused', async () => {
  const match = await FiledMatch.open(client, 'race');
  const filler = Array.from({ length: 2_000 }, (_, index) => index);
  const answers = await Promise.all(
    ['A', 'B'].map((who) =>
      match.send(
        `ticket_ref,type,code\n${filler.map((n) => `${who}-${n},adult,${who}${n}\n`).join('')}` +
          `${who},adult,SHARED\n`,
      ),
    ),
  );
  assert.equal(answers.filter(Array.isArray).length, 1, JSON.stringify(answers));
});

test('columns that are not in the file stay, blank cells clear', async () => {
  const match = await FiledMatch.open(client, 'columns');
  await match.take(
    'ticket_ref,type,section,row,seat,gate,code,card_uid,holder_name,phone\n' +
      'A,adult,N101,1,2,N1,X1,04:A2,张三,13800001111\n',
  );
  await match.take('ticket_ref,type,row,holder_name\nA,adult,,李四\n');
  const kept = await match.ticket('A');
  assert.deepEqual(
    [kept.section, kept.stand, kept.row, kept.seat, kept.gates],
    ['N101', 'north', null, '2', ['N1']],
  );
  assert.deepEqual(await match.holder('A'), { name: '李四', phone: '13800001111' });
  assert.equal(await match.scan('04A2'), 'admitted');
  await match.take('ticket_ref,type,code,card_uid,holder_name,phone\nA,adult,,,,\n');
  assert.deepEqual(await match.holder('A'), { name: null, phone: null });
  assert.deepEqual([await match.scan('X1'), await match.scan('04a2')], ['revoked', 'revoked']);
});

test('a ticket that moves to another section moves to its stand', async () => {
  const match = await FiledMatch.open(client, 'stands');
  await match.take('ticket_ref,type,stand,section\nA,adult,north,N101\n');
  assert.equal((await match.take('ticket_ref,type,section\nA,adult,S201\n')).changed, 1);
  assert.equal((await match.ticket('A')).stand, 'south');
  await match.take('ticket_ref,type,seat\nA,adult,9\n');
  assert.equal((await match.ticket('A')).stand, 'south');
});

test('a new code replaces the old one at once; applied again, a file changes nothing', async () => {
  const match = await FiledMatch.open(client, 'replace');
  await match.take('ticket_ref,type,code\nA,adult,X1\nB,adult,X2\n');
  const delta = 'ticket_ref,type,code,card_uid,phone\nA,adult,Y1,04:B1,1\nC,adult,X3,,\n';
  assert.deepEqual(counts(await match.take(delta)), {
    ...{ rows: 2, added: 1, changed: 1, unchanged: 0, bad: 0, missing: null },
  });
  const cursor = await match.cursor();
  assert.deepEqual(counts(await match.take(delta)), {
    ...{ rows: 2, added: 0, changed: 0, unchanged: 2, bad: 0, missing: null },
  });
  assert.equal(await match.cursor(), cursor);
  assert.equal(await match.scan('X1'), 'revoked');
  assert.equal(await match.scan('Y1'), 'admitted');
  assert.equal(await match.scan('04b1'), 'already-used');
});

test('a change of cards, documents or holders alone counts as a change', async () => {
  const match = await FiledMatch.open(client, 'beside');
  await match.take('ticket_ref,type,card_uid,phone\nA,adult,04A1,1\nB,adult,04B1,\n');
  const card = await match.take('ticket_ref,type,card_uid\nA,adult,04A2\nB,adult,04B1\n');
  assert.deepEqual([card.changed, card.unchanged], [1, 1]);
  assert.deepEqual([await match.scan('04A1'), await match.scan('04A2')], ['revoked', 'admitted']);
  const phone = await match.take('ticket_ref,type,phone\nA,adult,2\nB,adult,\n');
  assert.deepEqual([phone.changed, phone.unchanged], [1, 1]);
});

test('a status column cancels and brings back', async () => {
  const match = await FiledMatch.open(client, 'cancel');
  await match.take('ticket_ref,type,code\nA,adult,X1\nB,adult,X2\n');
  await match.take('ticket_ref,type,status\nA,adult,cancelled\nB,adult,unpaid\n');
  assert.deepEqual([await match.scan('X1'), await match.scan('X2')], ['cancelled', 'unpaid']);
  await match.take('ticket_ref,type,status\nA,adult,\nB,adult,valid\n');
  assert.deepEqual([await match.scan('X1'), await match.scan('X2')], ['admitted', 'admitted']);
});

test('what a re-issue has revoked stays revoked, whatever the old system goes on sending', async () => {
  const match = await FiledMatch.open(client, 'reissued');
  const file = 'ticket_ref,type,code\nA,adult,X1\n';
  await match.take(file);
  const code = await match.reissue('A');
  assert.deepEqual((await match.take(file)).unchanged, 1);
  assert.equal(await match.scan('X1'), 'revoked');
  assert.deepEqual(await match.send('ticket_ref,type,code\nB,adult,X1\n'), [
    'line 2, code: was revoked when ticket A was re-issued',
  ]);
  assert.equal((await match.take('ticket_ref,type,code\nA,adult,Y1\n')).changed, 1);
  assert.equal(await match.scan('Y1'), 'admitted');
  assert.equal(await match.scan(code), 'already-used');
});
