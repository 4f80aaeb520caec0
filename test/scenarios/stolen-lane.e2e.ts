// Somebody takes a lane home, and looks at all that it keeps: no document, no name and no number of a phone is there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '#drill/network/free-port.ts';
import { LaneUnderTest } from '../../src/cli/lane/lane-under-test.ts';
import { checkCharacter } from '../../src/domain/identity/document.ts';
import type { TicketTypeId } from '../../src/domain/kernel/ids.ts';
import { TestBrowser } from '../../src/testing/browser.ts';
import { derbyFile } from '../../src/testing/derby.ts';
import {
  dumpPage,
  dumpPostgres,
  dumpSqlite,
  filesUnder,
  wordsIn,
  wordsInFolder,
} from '../../src/testing/dumped-storage.ts';
import { GatePage } from '../../src/testing/gate-page.ts';
import { HttpNode } from '../../src/testing/http-node.ts';
import { DERBY, OrderShop } from '../../src/testing/order-shop.ts';
import { testDatabase } from '../../src/testing/postgres.ts';
import { until } from '../../src/testing/waiting.ts';

/** Reference → type, section, row, seat, holder, document, phone, order. The types of `student` show who they are. */
const NAMED = {
  'RV-1': 'adult,N104,4,1,欧阳明珠,11010519491231002X,13800138000,O-00001',
  'RV-2': 'adult,N104,4,2,Rosa Lindqvist,E87654321,+447700900123,O-00001',
  'RV-3': 'student,N104,4,3,司徒静怡,440308199901011512,13912345678,O-00002',
  'RV-4': 'student,N104,4,4,Yusuf Haddad,N0012345678,13712348765,O-00002',
  'RV-5': 'adult,N103,9,1,诸葛长风,310101198001010011,13612340000,O-00003',
} as const;
const BUYERS = [
  { name: '东方婉清', phone: '+8618612345601', email: 'wanqing@fans.example' },
  { name: 'Marguerite Okonkwo', phone: '+8618612345602', email: 'okonkwo@fans.example' },
];
/** The match is sold by name: two tickets of each buyer, to these. */
const HOLDERS = [
  ['尉迟晓晓', '+8615512340001', '11010119900307001'],
  ['Benedikt Sørensen', '+8615512340002', '44010619851122003'],
  ['端木思齐', '+8615512340003', '31010419920518004'],
  ['Aurelie Vandenberghe', '+8615512340004', '51010719790901005'],
].map(([name = '', phone = '', digits = '']) => ({
  name,
  phone,
  number: `${digits}${checkCharacter(digits)}`,
}));
/** Nothing of these may stand on a lane. */
const SECRETS = [
  ...Object.values(NAMED).flatMap((row) => row.split(',').slice(4, 7)),
  ...HOLDERS.flatMap(({ name, phone, number }) => [name, phone, phone.slice(3), number]),
  ...BUYERS.flatMap(({ name, phone, email }) => [name, phone, phone.slice(3), email]),
];

const scratch = mkdtempSync(path.join(os.tmpdir(), 'kaimen-stolen-'));
let shop: OrderShop;
const codes = new Map<string, string>();

before(async () => {
  const file = derbyFile({ isNow: true });
  const student = {
    id: 'student' as TicketTypeId,
    name: { 'zh-CN': '学生票', en: 'Student' },
    entry: { referral: 'id' as const },
  };
  const [adult] = file.ticketTypes;
  assert.ok(adult !== undefined);
  const types = [...file.ticketTypes, { ...adult, ...student }];
  const byName = { realName: { kinds: ['resident-id' as const] } };
  shop = await OrderShop.open({}, { ...file, ticketTypes: types }, byName);
  for (const [index, buyer] of BUYERS.entries()) {
    const own = HOLDERS.slice(2 * index, 2 * index + 2).map(({ name, phone, number }, line) => ({
      ...{ line: String(line + 1), name, phone },
      document: { kind: 'resident-id' as const, number },
    }));
    await shop.pay(await shop.order(2, buyer, 'zh-CN', own));
  }
  const head = 'ticket_ref,type,section,row,seat,holder_name,document,phone,order_ref';
  const rows = Object.entries(NAMED).map(([ref, rest]) => `${ref},${rest}`);
  await shop.node.ask(`${DERBY}/tickets/import?delta=true`, {
    body: [head, ...rows, ''].join('\n'),
  });
  const tickets = await shop.node.ask<{ ticket_ref: string; code: string }[]>(
    `${DERBY}/tickets/export?format=json`,
  );
  for (const { ticket_ref, code } of tickets) codes.set(ticket_ref, code);
  assert.equal(codes.size, 9, 'four were sold and five came with a file');
});

after(async () => {
  await shop?.[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

const code = (ref: string) => codes.get(ref) ?? '';
const sold = () => [...codes].filter(([ref]) => ref.startsWith('k-')).map(([, one]) => one);

test('a phone that was taken from the gate', async (t) => {
  const profile = path.join(scratch, 'phone');
  await using opened = await TestBrowser.switchOn(profile);
  const { page, context } = opened;
  const heard: { url: string; body: string }[] = [];
  page.on('response', (response) => {
    const url = response.url();
    if (!url.includes('/api/')) return;
    response.text().then(
      (body) => heard.push({ url, body }),
      () => {},
    );
  });
  const gate = new GatePage(opened);
  const { url } = await shop.node.ask<{ url: string }>('/api/v1/offers', {
    body: { event: 'derby', gate: 'N3', lane: 'N3-1' },
  });
  await gate.join(url);
  await gate.listIsWhole();
  await gate.start();
  const shows = async (ref: string, verdict: string) => {
    await gate.type(code(ref));
    await gate.shown(verdict);
  };
  await shows('RV-1', 'admitted');
  await gate.verdict('admitted').waitFor({ state: 'detached' });
  await gate.forgetLast();
  await shows('RV-1', 'refused');
  await gate.button('下一位').click();
  await shows('RV-5', 'refused');
  await gate.button('下一位').click();
  // The steward is shown a name, compares it with a paper, and goes on.
  await shows('RV-3', 'referred');
  await gate.button('查看姓名').click();
  await page.getByText('司徒静怡').waitFor();
  await gate.button('下一位').click();
  // A ticket is looked up by the whole number of somebody's phone.
  await gate.button('菜单').click();
  await gate.button('查票').click();
  await gate.button('手机尾号').click();
  for (const digits of ['13800138000', '8000']) {
    await page.getByLabel('手机尾号').last().fill(digits);
    await gate.button('查找').click();
  }
  await page.getByText('RV-1').waitFor();
  await gate.button('关闭').click();
  await context.setOffline(true);
  await gate.type(code('RV-2'));
  await gate.shown('provisional');
  await gate.verdict('provisional').waitFor({ state: 'detached' });
  const dumped = await dumpPage(page);
  assert.ok(dumped.includes('N3-1'), 'the dump shows what is there');
  assert.deepEqual(wordsIn(SECRETS, dumped), []);
  // What it was ever told, but for the one name that was asked for, is all that could be kept.
  const told = heard.filter(({ url: from }) => !from.endsWith('/holder'));
  assert.ok(told.some(({ url: from }) => from.includes('/list')));
  for (const { url: from, body } of told) assert.deepEqual(wordsIn(SECRETS, body), [], from);
  await context.setOffline(false);
  await context.close();
  const files = filesUnder(profile);
  assert.ok(wordsInFolder(['N3-1'], profile).length > 0, 'the search finds what is there');
  assert.deepEqual(wordsInFolder(SECRETS, profile), []);
  t.diagnostic(`${files.length} files of the profile, ${heard.length} answers`);
});

test('a turnstile’s computer', async () => {
  const { token } = await shop.node.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1', lane: 'N1-1' },
  });
  const folder = path.join(scratch, 'turnstile');
  const file = path.join(folder, 'lane.sqlite');
  const lane = new LaneUnderTest([shop.node.url], file, { token });
  for (const one of [code('RV-4'), code('RV-2'), ...sold()]) await lane.scan(one);
  await lane.stop();
  const files = filesUnder(folder);
  const databases = files.filter((each) => each.endsWith('.sqlite'));
  assert.ok(databases.length > 0);
  for (const each of databases) assert.deepEqual(wordsIn(SECRETS, dumpSqlite(each)), []);
  assert.ok(wordsInFolder(['derby'], folder).length > 0, 'the search finds what is there');
  assert.deepEqual(wordsInFolder(SECRETS, folder), []);
});

test('a box in the ground, which decides for all lanes', async () => {
  await using database = await testDatabase();
  const port = await freePort();
  const body = { name: 'north', address: `http://127.0.0.1:${port}` };
  const { token } = await shop.node.ask<{ token: string }>('/api/v1/edges', { body });
  await using box = await HttpNode.start(database, {
    ...{ port, edge: { token, hubUrl: shop.node.url } },
  });
  const count = async () => {
    const { rows } = await database.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM tickets',
    );
    return rows[0]?.count;
  };
  await until(20_000, count, (tickets) => tickets === codes.size);
  const dumped = await dumpPostgres(database.pool);
  assert.ok(dumped.includes('RV-1'), 'the dump shows what is there');
  assert.deepEqual(wordsIn(SECRETS, dumped), []);
  assert.deepEqual(wordsInFolder(SECRETS, box.dataDir), []);
});
