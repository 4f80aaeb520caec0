// A phone that reaches only a box in the ground: enrolled, told, heard and ended by way of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { OfferMade } from '#protocol/enrolment.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { DERBY, Ground } from '../../testing/ground.ts';
import type { HttpNode } from '../../testing/http-node.ts';
import { LiveStream } from '../../testing/live-stream.ts';
import { newName, Phone } from '../../testing/phone.ts';
import { until } from '../../testing/waiting.ts';

const SOON_MS = 15_000;
/** Design §2 and §6. */
const WITHIN_MS = 2_000;

let ground: Ground;
let box: HttpNode;
let phone: Phone;

before(async () => {
  ground = await Ground.open(20);
  box = await ground.box('north');
  const lane = await ground.enrol();
  await until(
    SOON_MS,
    async () => (await box.fetch(`${DERBY}/list`, { token: lane.token })).status,
    (status) => status === 200,
  );
  const body = { event: 'derby', gate: 'N1', lane: 'N1-1' };
  const offer = await ground.hub.ask<OfferMade>('/api/v1/offers', { body });
  phone = await Phone.enrol(box.url, offer.url);
  await until(
    SOON_MS,
    async () => (await phone.fetch('/api/v1/device')).status,
    (status) => status === 200,
  );
});

after(() => ground[Symbol.asyncDispose]());

test('its scans are decided, proven by its own key', async () => {
  const scan = {
    scanId: newName(),
    code: ground.codes[0] ?? '',
    direction: 'in',
    scannedAt: new Date().toISOString(),
  };
  const answer = await phone.ask<ScanAnswer>('/api/v1/scans', { body: scan });
  assert.equal(answer.verdict, 'admitted');
});

test('a message from the hub reaches it in two seconds, and its acknowledgement the hub', async (t) => {
  using stream = await phone.listen();
  await stream.next('list', WITHIN_MS);
  const sentMs = performance.now();
  const body = { to: 'gate/N1', text: 'Open the second line' };
  const { id } = await ground.hub.ask<{ id: string }>(`${DERBY}/messages`, { body });
  const isIt = (data: unknown) => (data as { id: string }).id === id;
  const { atMs } = await stream.next('message', WITHIN_MS, { isIt });
  t.diagnostic(`message by way of a box: ${Math.round(atMs - sentMs)} ms`);
  using late = await phone.listen();
  await late.next('message', WITHIN_MS, { isIt });
  const at = new Date().toISOString();
  await phone.ask(`/api/v1/devices/self/messages/${id}/acknowledge`, { body: { at } });
  const { messages } = await ground.hub.ask<{ messages: { acknowledged: unknown[] }[] }>(
    `${DERBY}/messages`,
  );
  assert.equal(messages[0]?.acknowledged.length, 1);
});

test('its call reaches the control room at the hub, and the answer comes back', async () => {
  using console = await LiveStream.open(`${ground.hub.url}${DERBY}/live`, ground.adminToken);
  using stream = await phone.listen();
  for (const each of [console, stream]) await each.next('list', WITHIN_MS);
  const call = { callId: newName(), kind: 'crush', at: new Date().toISOString() };
  await phone.ask('/api/v1/devices/self/calls', { body: call });
  await console.next('call', WITHIN_MS);
  const address = `${DERBY}/calls/${phone.deviceId}.${call.callId}/acknowledge`;
  await ground.hub.ask(address, { method: 'POST' });
  await stream.next('call', WITHIN_MS, {
    isIt: (data) => (data as { state: string }).state === 'acknowledged',
  });
});

test('it is ended by the hub within two seconds, and gives up its journal at the box', async () => {
  const stream = await phone.listen();
  await stream.next('list', WITHIN_MS);
  await ground.hub.ask(`/api/v1/devices/${phone.deviceId}/revoke`, { method: 'POST' });
  await stream.closed(WITHIN_MS);
  assert.deepEqual(stream.events.at(-1)?.data, { why: 'revoked', wipe: true });
  assert.equal((await phone.refuses(401, '/api/v1/device')).code, 'device-revoked');
  const body = { journalId: crypto.randomUUID(), entries: [], isComplete: true };
  await phone.ask('/api/v1/journal', { body });
});
