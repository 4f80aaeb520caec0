// From a supervisor's terminal to a phone that scans, as people do it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { OfferMade } from '#protocol/enrolment.ts';
import { readCodes } from '#testing/proof.ts';
import { newName, Phone } from '../testing/phone.ts';
import { PhoneNight } from '../testing/phone-night.ts';
import { kaimen } from './stand-in-server.ts';

let night: PhoneNight;

before(async () => {
  night = await PhoneNight.open();
});

after(async () => {
  await night[Symbol.asyncDispose]();
});

const run = (...args: string[]) =>
  kaimen([...args, '--url', night.hub.url], { KAIMEN_TOKEN: night.hub.adminToken });

/** What a camera sees of a terminal: every half of a character a module of four dots. */
function seen(lines: readonly string[]) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what colours a terminal.
  const rows = lines.map((line) => [...line.replace(/\u001b\[[0-9;]*m/g, '')]);
  const [dots, width, height] = [4, rows[0]?.length ?? 0, rows.length * 2];
  const pixels = new Uint8Array(width * dots * height * dots * 4).fill(255);
  for (let y = 0; y < height * dots; y++) {
    for (let x = 0; x < width * dots; x++) {
      const block = rows[Math.floor(y / dots / 2)]?.[Math.floor(x / dots)] ?? ' ';
      const isUpper = Math.floor(y / dots) % 2 === 0;
      const isDark = block === '█' || block === (isUpper ? '▀' : '▄');
      if (isDark) pixels.fill(0, (y * width * dots + x) * 4, (y * width * dots + x) * 4 + 3);
    }
  }
  return { pixels, width: width * dots, height: height * dots };
}

test('the code on the terminal is read, enrols a phone, and the phone scans', async () => {
  const { stdout, code } = await run('device', 'offer', '--event', 'derby', '--gate', 'N1');
  assert.equal(code, 0);
  const lines = stdout.split('\n');
  const [text = ''] = await readCodes(seen(lines.filter((line) => /[▀▄█]/.test(line))));
  assert.match(text, /\/gate\/#e=[A-Z2-7]{26}$/);
  const phone = await Phone.enrol(night.hub.url, text);
  const body = { ...night.scan(), scanId: newName() };
  assert.equal((await phone.ask('/api/v1/scans', { body }))['verdict'], 'admitted');
});

test('offers are listed and withdrawn; a phone that died is replaced', async () => {
  const offer = async (...more: string[]): Promise<OfferMade> => {
    const { stdout } = await run('device', 'offer', '--event', 'derby', '--json', ...more);
    return JSON.parse(stdout) as OfferMade;
  };
  const phone = await Phone.enrol(night.hub.url, (await offer('--gate', 'S1')).url);
  const taken = await offer('--gate', 'S1', '--minutes', '2', '--role', 'volunteer');
  assert.equal((await run('device', 'withdraw', taken.offerId)).code, 0);
  const { stdout } = await run('device', 'offers', '--event', 'derby');
  assert.match(stdout, new RegExp(`${taken.offerId} +withdrawn +S1`));
  const again = await offer('--replaces', phone.deviceId);
  const spare = await Phone.enrol(night.hub.url, again.url);
  assert.equal(spare.enrolled?.gate, 'S1');
  const devices = await run('device', 'list', '--event', 'derby');
  assert.match(devices.stdout, new RegExp(`${phone.deviceId} .* replaced`));
  const ready = await run('device', 'ready', '--event', 'derby');
  assert.equal(ready.code, 1);
  assert.match(ready.stdout, /no-device/);
  assert.equal((await run('device', 'offer', '--event', 'derby')).code, 1);
});

test('people are added, seen at their lane, and sent home', async () => {
  const added = await run('person', 'add', '李娜', '--event', 'derby', '--json');
  const { person, badge } = JSON.parse(added.stdout) as { person: string; badge: string };
  const phone = await night.enrol();
  await phone.ask('/api/v1/devices/self/operator', { body: { badge } });
  const list = await run('person', 'list', '--event', 'derby');
  assert.match(list.stdout, new RegExp(`${person} +李娜 +steward +N1-1`));
  assert.equal((await run('person', 'revoke', person, '--event', 'derby')).code, 0);
  const shifts = await run('person', 'shifts', '--event', 'derby', '--person', person);
  assert.match(shifts.stdout, /李娜 +N1-1 .* signed-off/);
});

test('practice codes need no server', async () => {
  const { stdout } = await kaimen(['practice', '--json', '--each', '2']);
  const { codes } = JSON.parse(stdout) as { codes: { lesson: string; code: string }[] };
  assert.equal(codes.length, 32);
  assert.ok(codes.every(({ code }) => /^[MN][A-Z2-7]{25}$/.test(code)));
});

test('a message from the terminal is read at the lane, and its call is answered from there', async () => {
  const { stdout } = await run('device', 'offer', '--event', 'derby', '--gate', 'S1', '--json');
  const phone = await Phone.enrol(night.hub.url, (JSON.parse(stdout) as OfferMade).url);
  const telling = ['--event', 'derby', '--to', 'gate/S1', '--urgency', 'urgent', '--json'];
  const sent = JSON.parse((await run('message', 'send', 'Use N3', ...telling)).stdout);
  assert.ok(sent.waiting >= 1);
  const { messages } = await phone.ask<{ messages: { id: string; text: string }[] }>(
    '/api/v1/devices/self/messages',
  );
  assert.equal(messages.find(({ id }) => id === sent.id)?.text, 'Use N3');
  assert.match(
    (await run('message', 'list', '--event', 'derby')).stdout,
    /gate\/S1 +urgent +0 +\d/,
  );
  assert.equal((await run('message', 'withdraw', sent.id, '--event', 'derby')).code, 0);
  const call = { callId: 'c-1', kind: 'kit', note: 'stuck', at: new Date().toISOString() };
  await phone.ask('/api/v1/devices/self/calls', { body: call });
  const id = `${phone.deviceId}.c-1`;
  assert.match(
    (await run('calls', '--event', 'derby', '--open')).stdout,
    new RegExp(`${id} .*kit`),
  );
  assert.equal((await run('calls', 'answer', id, '--event', 'derby')).code, 0);
  const outcome = ['--outcome', 'turned by hand', '--json'];
  const closed = await run('calls', 'close', id, '--event', 'derby', ...outcome);
  assert.equal(JSON.parse(closed.stdout).state, 'closed');
  assert.equal((await run('calls', 'answer', 'none', '--event', 'derby')).code, 1);
});
