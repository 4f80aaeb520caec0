// A phone from a supervisor's code to its first scan, over HTTP, with a real key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newName, Phone } from '../../testing/phone.ts';
import { EVENT, PhoneNight, WITHIN_MS } from '../../testing/phone-night.ts';

let night: PhoneNight;

before(async () => {
  night = await PhoneNight.open();
});

after(async () => {
  await night[Symbol.asyncDispose]();
});

async function voidWhy(response: Response): Promise<string | undefined> {
  assert.equal(response.status, 410);
  const problem = (await response.json()) as { code: string; why?: string };
  assert.equal(problem.code, 'offer-void');
  return problem.why;
}

test('a phone is enrolled by one code, scans by its key, and needs no token', async () => {
  const made = await night.offer({ role: 'steward' });
  assert.match(made.url, /^http:\/\/127\.0\.0\.1:\d+\/gate\/#e=[A-Z2-7]{26}$/);
  assert.ok(Date.parse(made.expiresAt) <= Date.now() + 10 * 60_000);
  const phone = await Phone.enrol(night.hub.url, made.url);
  const { event, gate, lane, role, checkpoint, operator } = phone.enrolled ?? {};
  assert.deepEqual(
    { event, gate, lane, role, checkpoint, operator },
    {
      event: 'derby',
      gate: 'N1',
      lane: 'N1-1',
      role: 'steward',
      checkpoint: 'turnstile',
      operator: null,
    },
  );
  const answer = await phone.ask('/api/v1/scans', { body: night.scan() });
  assert.equal(answer['verdict'], 'admitted');
  const list = await phone.ask<{ tickets: unknown[] }>(`${EVENT}/list`);
  assert.equal(list.tickets.length, 60);
  const self = await phone.ask('/api/v1/device');
  assert.equal(self['role'], 'steward');
  using stream = await phone.listen();
  await stream.next('list', WITHIN_MS);
});

test('an offer is good once, for a while, and until it is withdrawn', async () => {
  const made = await night.offer();
  const first = await Phone.enrol(night.hub.url, made.url);
  const second = await Phone.make(night.hub.url);
  assert.equal(await voidWhy(await second.exchange(made.url)), 'used');
  // Its answer was lost on the way: the same phone hears it again.
  const again = await first.takeUp(made.url);
  assert.equal(again.deviceId, first.deviceId);

  const taken = await night.offer();
  await night.hub.ask(`/api/v1/offers/${taken.offerId}`, { method: 'DELETE' });
  assert.equal(await voidWhy(await second.exchange(taken.url)), 'withdrawn');

  const late = await night.offer({ minutes: 1 });
  const past = `UPDATE offers SET expires_at = now() - interval '1 second' WHERE id = $1`;
  await night.database.pool.query(past, [late.offerId]);
  assert.equal(await voidWhy(await second.exchange(late.url)), 'expired');
  assert.equal((await second.exchange(`${night.hub.url}/gate/#e=${'A'.repeat(26)}`)).status, 404);

  const { offers } = await night.hub.ask<{ offers: { offerId: string; state: string }[] }>(
    '/api/v1/offers?event=derby',
  );
  const states = new Map(offers.map((each) => [each.offerId, each.state]));
  const all = [made, taken, late].map(({ offerId }) => states.get(offerId));
  assert.deepEqual(all, ['used', 'withdrawn', 'expired']);
});

test('of forty phones that scan one code in the same moment one is enrolled', async () => {
  const made = await night.offer();
  const phones = await Promise.all(Array.from({ length: 40 }, () => Phone.make(night.hub.url)));
  const answers = await Promise.all(phones.map((phone) => phone.exchange(made.url)));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, ...Array(39).fill(410)]);
});

test('an offer without a key’s proof enrols nobody, nor does one key enrol twice', async () => {
  const made = await night.offer();
  const secret = new URL(made.url).hash.slice('#e='.length);
  const token = { token: 'none', body: { secret } };
  const problem = await night.hub.refuses(401, '/api/v1/enrolment', token);
  assert.equal(problem.code, 'unauthenticated');
  const phone = await night.enrol();
  const twice = await phone.exchange(made.url);
  assert.equal(twice.status, 409);
  const other = await Phone.make(night.hub.url);
  await other.takeUp(made.url);
});

test('places and times that cannot be are refused with the field at fault', async () => {
  for (const [body, field] of [
    [{ gate: 'N9' }, 'gate'],
    [{ lane: 'S1-1' }, 'lane'],
    [{ minutes: 11 }, 'minutes'],
    [{ role: 'lane' }, 'role'],
    [{ until: '2020-01-01T00:00:00Z' }, 'until'],
    [{ until: '2099-01-01T00:00:00Z' }, 'until'],
    [{ gateUrl: 'https://x.example/#e=1' }, 'gateUrl'],
  ] as const) {
    const asked = { body: { event: 'derby', gate: 'N1', lane: 'N1-1', ...body } };
    const { errors } = await night.hub.refuses(400, '/api/v1/offers', asked);
    assert.equal(errors?.[0]?.field, field);
  }
  const named = await night.offer({ gateUrl: 'https://gate.example.org' });
  assert.ok(named.url.startsWith('https://gate.example.org/gate/#e='));
});

test('a proof is good for one request: not twice, not for another, not with another body', async () => {
  const phone = await night.enrol();
  const scan = night.scan();
  const jti = newName();
  await phone.ask('/api/v1/scans', { body: scan, proof: { jti } });
  const refusals = [
    ['replayed', '/api/v1/scans', { body: scan, proof: { jti } }],
    ['request', '/api/v1/scans', { body: scan, proof: { target: '/api/v1/journal' } }],
    ['request', '/api/v1/device?x=1', { proof: { target: '/api/v1/device' } }],
    ['request', '/api/v1/scans', { body: scan, proof: { method: 'GET' } }],
    ['body', '/api/v1/scans', { body: night.scan(), proof: { body: JSON.stringify(scan) } }],
  ] as const;
  for (const [why, target, call] of refusals) {
    const problem = await phone.refuses(401, target, call);
    assert.deepEqual([problem.code, problem.why], ['proof-refused', why]);
  }
  const stranger = await Phone.make(night.hub.url);
  stranger.enrolled = phone.enrolled;
  assert.equal((await stranger.refuses(401, '/api/v1/device')).why, 'signature');
  const unknown = await Phone.make(night.hub.url);
  unknown.enrolled = phone.enrolled && { ...phone.enrolled, deviceId: 'dev-aaaaaaaa' };
  assert.equal((await unknown.refuses(401, '/api/v1/device')).code, 'unauthenticated');
});

test('headers that are no proofs are refused with the way to mend them', async () => {
  const good = 'eyJ0eXAiOiJrYWltZW4tcHJvb2YifQ';
  for (const text of ['.', '..', 'a.b.c', `${good}.${good}.${good}`, 'x'.repeat(9_000)]) {
    const headers = { authorization: `Kaimen-Proof ${text}` };
    const { code, why } = await night.hub.refuses(401, '/api/v1/device', { headers });
    assert.deepEqual([code, why], ['proof-refused', 'malformed'], text.slice(0, 40));
  }
});

test('a phone whose clock is wrong is told our time, and goes on by it', async () => {
  const phone = await night.enrol();
  for (const minutes of [-90, 90]) {
    phone.clockOffMs = minutes * 60_000;
    const problem = await phone.refuses(401, '/api/v1/device');
    assert.equal(problem.code, 'proof-time');
    const offMs = Date.now() + phone.clockOffMs - Date.parse(problem.serverTime ?? '');
    phone.clockOffMs -= offMs;
    await phone.ask('/api/v1/device');
  }
});

test('no secret of an offer and no key is in the database in the clear', async () => {
  const made = await night.offer();
  const secret = new URL(made.url).hash.slice('#e='.length);
  const { rows } = await night.database.pool.query(
    'SELECT row_to_json(o)::text AS row FROM offers o',
  );
  assert.ok(rows.every(({ row }) => !row.includes(secret)));
});
