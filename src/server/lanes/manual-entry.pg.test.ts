// When a code cannot be read: typed in, looked up, checked, taken back; and codes to practise with.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { practiceCode } from '#domain/credentials/practice-code.ts';
import type { FoundTickets } from '#protocol/find.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { sha256 } from '#testing/credentials.ts';
import type { Phone } from '../../testing/phone.ts';
import { EVENT, PhoneNight } from '../../testing/phone-night.ts';

const SELF = '/api/v1/devices/self';

let night: PhoneNight;

before(async () => {
  const rows = Array.from({ length: 60 }, (_, index) => {
    const seat = index + 1;
    const ref = `RV-${String(seat).padStart(6, '0')}`;
    return `${ref},adult,N104,4,${seat},Wang Xiaoming,1380013${String(8000 + seat)},ORD-${seat % 7}`;
  });
  const header = 'ticket_ref,type,section,row,seat,holder_name,phone,order_ref';
  night = await PhoneNight.open([header, ...rows, ''].join('\n'));
});

after(async () => {
  await night[Symbol.asyncDispose]();
});

const find = async (phone: Phone, query: string) =>
  (await phone.ask<FoundTickets>(`${EVENT}/tickets/find?${query}`)).tickets;
const shortIdOf = async (phone: Phone, seat: number) =>
  (await find(phone, `seat=N104-4-${seat}`))[0]?.shortId ?? '';
const typed = (code: string, more: object = {}) => ({
  ...night.scan(code),
  isManual: true,
  ...more,
});

test('what is typed in admits only when the seat was looked at, once, and is flagged', async () => {
  const phone = await night.enrol();
  const shortId = await shortIdOf(phone, 7);
  const first = typed(shortId.toLowerCase());
  const asked = await phone.ask<ScanAnswer>('/api/v1/scans', { body: first });
  assert.deepEqual(
    [asked.verdict, asked.reason, asked.next],
    ['referred', 'check-seat', 'check-holder'],
  );
  assert.equal(asked.ticket?.seat, '7');
  const name = await phone.ask(`${SELF}/scans/${first.scanId}/holder`);
  assert.deepEqual(name, { name: 'Wang Xiaoming' });
  const second = typed(shortId, { confirms: first.scanId });
  const admitted = await phone.ask<ScanAnswer>('/api/v1/scans', { body: second });
  assert.equal(admitted.verdict, 'admitted');
  const again = await phone.ask<ScanAnswer>('/api/v1/scans', { body: typed(shortId) });
  assert.equal(again.reason, 'already-used');
  const { scans } = await night.hub.ask<{ scans: { scanId: string; isManual: boolean }[] }>(
    `${EVENT}/scans`,
  );
  const flags = new Map(scans.map(({ scanId, isManual }) => [scanId, isManual]));
  assert.deepEqual([flags.get(first.scanId), flags.get(second.scanId)], [true, true]);
});

test('nobody else’s look, and none at another ticket, confirms it', async () => {
  const [phone, other] = [await night.enrol(), await night.enrol()];
  const [shortId, another] = [await shortIdOf(phone, 8), await shortIdOf(phone, 9)];
  const look = typed(shortId);
  await other.ask('/api/v1/scans', { body: look });
  const mine = typed(another);
  await phone.ask('/api/v1/scans', { body: mine });
  for (const confirms of [look.scanId, mine.scanId, 'nothing']) {
    const body = typed(shortId, { confirms });
    const answer = await phone.ask<ScanAnswer>('/api/v1/scans', { body });
    assert.equal(answer.verdict, 'referred');
  }
});

test('what was typed wrong, or names no ticket, is refused, and not for long', async () => {
  const phone = await night.enrol({ role: 'volunteer' });
  const wrong = await phone.ask<ScanAnswer>('/api/v1/scans', { body: typed('AAAA-AAAB') });
  assert.deepEqual([wrong.verdict, wrong.reason], ['refused', 'unreadable']);
  for (let tries = 1; tries < 5; tries += 1) {
    const answer = await phone.ask<ScanAnswer>('/api/v1/scans', { body: typed('AAAA-AAAA') });
    assert.equal(answer.verdict, 'refused');
  }
  const problem = await phone.refuses(429, '/api/v1/scans', { body: typed('AAAA-AAAA') });
  assert.equal(problem.code, 'too-many-requests');
  // Codes are still read.
  assert.equal(
    (await phone.ask<ScanAnswer>('/api/v1/scans', { body: night.scan() })).verdict,
    'admitted',
  );
});

test('a re-issued ticket’s old identifier is known as replaced', async () => {
  const phone = await night.enrol();
  const old = await shortIdOf(phone, 12);
  await night.hub.ask(`${EVENT}/tickets/RV-000012/reissue`, { body: { reason: 'lost' } });
  const answer = await phone.ask<ScanAnswer>('/api/v1/scans', { body: typed(old) });
  assert.equal(answer.reason, 'revoked');
  assert.notEqual(await shortIdOf(phone, 12), old);
});

test('a lane with a token does not type, and its token finds no tickets', async () => {
  const { token } = await night.hub.ask<{ token: string }>('/api/v1/devices', {
    body: { event: 'derby', gate: 'N1' },
  });
  await night.hub.refuses(403, '/api/v1/scans', { token, body: typed('AAAA-AAAA') });
  await night.hub.refuses(403, `${EVENT}/tickets/find?order=ORD-1`, { token });
  const volunteer = await night.enrol({ role: 'volunteer' });
  await volunteer.refuses(403, `${EVENT}/tickets/find?order=ORD-1`);
});

test('tickets are found by seat, order and the end of a phone number, masked and in the audit', async () => {
  const phone = await night.enrol();
  for (const seat of ['N104-4-21', 'n104 4 21', 'N104/4/21']) {
    const tickets = await find(phone, `seat=${encodeURIComponent(seat)}`);
    assert.deepEqual(
      tickets.map(({ ref }) => ref),
      ['RV-000021'],
    );
  }
  const apart = await find(phone, 'section=n104&row=4&seat=22');
  assert.equal(apart[0]?.ref, 'RV-000022');
  assert.equal((await find(phone, 'order=ORD-3')).length, 9);
  const [byPhone] = await find(phone, 'phone=8023');
  assert.deepEqual(byPhone?.holder, { name: 'W*** X***', phone: '***8023' });
  assert.deepEqual([byPhone?.inside, byPhone?.first], [0, null]);
  for (const query of ['', 'phone=12', 'order=a&phone=1234', 'seat=a&order=b', 'row=4']) {
    await phone.refuses(400, `${EVENT}/tickets/find?${query}`);
  }
  const { rows } = await night.database.pool.query<{ detail: string }>(
    `SELECT detail FROM audit WHERE act = 'tickets.searched' AND actor = $1`,
    [phone.deviceId],
  );
  assert.equal(rows.length, 6);
  assert.ok(rows.every(({ detail }) => !detail.includes('8023')));
});

test('looking up has an end', async () => {
  const phone = await night.enrol();
  const asked = await Promise.all(
    Array.from({ length: 24 }, () => phone.fetch(`${EVENT}/tickets/find?order=ORD-2`)),
  );
  assert.equal(asked.filter(({ status }) => status === 429).length, 4);
});

test('a name is shown only to the phone that was told to check it', async () => {
  const [phone, other] = [await night.enrol(), await night.enrol()];
  const scan = night.scan();
  await phone.ask('/api/v1/scans', { body: scan });
  await phone.refuses(404, `${SELF}/scans/${scan.scanId}/holder`);
  const look = typed(await shortIdOf(phone, 31));
  await phone.ask('/api/v1/scans', { body: look });
  await other.refuses(404, `${SELF}/scans/${look.scanId}/holder`);
  await phone.ask(`${SELF}/scans/${look.scanId}/holder`);
});

test('a supervisor takes an admission back at the steward’s phone; a steward does not', async () => {
  const phone = await night.enrol();
  const person = (role: string) =>
    night.hub.ask<{ badge: string; person: string }>(`${EVENT}/people`, {
      body: { name: role, role },
    });
  const [steward, supervisor] = [await person('steward'), await person('gate-supervisor')];
  const scan = night.scan();
  await phone.ask('/api/v1/scans', { body: scan });
  const undo = { scanId: scan.scanId, reason: 'let in by mistake' };
  const by = (badge: string) => ({ body: { ...undo, supervisor: { badge } } });
  await phone.refuses(403, `${SELF}/undo`, by(steward.badge));
  const undone = await phone.ask(`${SELF}/undo`, by(supervisor.badge));
  assert.equal(undone['outcome'], 'annulled');
  const again = await phone.ask<ScanAnswer>('/api/v1/scans', { body: night.scan(scan.code) });
  assert.equal(again.verdict, 'admitted');
  const { rows } = await night.database.pool.query<{ actor: string }>(
    `SELECT actor FROM audit WHERE act = 'scan.annulled'`,
  );
  assert.deepEqual(rows, [{ actor: supervisor.person }]);
});

test('practice touches nothing: its codes are no tickets, and a phone in training claims none', async () => {
  const countsOf = () => night.hub.ask<{ revision: number }>(`${EVENT}/counts`);
  const trainee = await night.enrol({ isPractice: true });
  const real = await night.enrol();
  const before = await countsOf();
  const lesson = practiceCode('wrong-gate', 1, sha256);
  const taught = await trainee.ask<ScanAnswer>('/api/v1/scans', { body: night.scan(lesson) });
  assert.deepEqual([taught.verdict, taught.reason], ['refused', 'wrong-gate']);
  const code = night.codes[40] ?? '';
  const refused = await trainee.ask<ScanAnswer>('/api/v1/scans', { body: night.scan(code) });
  assert.deepEqual([refused.verdict, refused.reason], ['refused', 'unknown']);
  const body = { journalId: crypto.randomUUID(), entries: [] };
  await trainee.refuses(403, '/api/v1/journal', { body });
  assert.equal((await countsOf()).revision, before.revision);
  const atGate = await real.ask<ScanAnswer>('/api/v1/scans', { body: night.scan(lesson) });
  assert.deepEqual(
    [atGate.verdict, atGate.reason, atGate.next],
    ['refused', 'unknown', 'send-to-desk'],
  );
  const admitted = await real.ask<ScanAnswer>('/api/v1/scans', { body: night.scan(code) });
  assert.equal(admitted.verdict, 'admitted');
});
