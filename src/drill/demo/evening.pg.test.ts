import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { replay } from '#domain/release/replay.ts';
import { ServerProcess } from '#drill/server-process.ts';
import { readRecording } from '#protocol/read-recording.ts';
import { playEvening, type Seed, seedOf } from './evening.ts';
import { EVENT_ID } from './seed/event.ts';
import type { Snapshot } from './view/snapshot.ts';

/** One visit in so many: the same evening with fewer people. */
const ONE_IN = 60;

function smallSeed(): Seed {
  const { ground, tickets, story } = seedOf();
  const visits = story.visits.filter(
    (visit, index) => index % ONE_IN === 0 || visit.people.some(({ kind }) => kind === 'forged'),
  );
  const { reissued, blocked, slotted } = story.prepared;
  const refs = new Set([
    ...visits.flatMap(({ people }) => people.flatMap((shown) => ('ref' in shown ? shown.ref : []))),
    ...reissued,
    ...blocked,
    ...slotted,
  ]);
  return {
    ground,
    tickets: tickets.filter((ticket) => refs.has(ticket.ref)),
    story: { visits, prepared: story.prepared },
  };
}

/** What was decided in that evening, decided once more. */
async function saysTheSameAgain({ url, adminToken }: ServerProcess): Promise<void> {
  const response = await fetch(`${url}/api/v1/events/${EVENT_ID}/recording`, {
    headers: { authorization: `Bearer ${adminToken}` },
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const lines = async function* () {
    yield* text.trimEnd().split('\n');
  };
  const { differences, judged, scans } = replay((await readRecording(lines())).recording);
  assert.deepEqual(differences, []);
  assert.ok(judged > 600 && judged <= scans, `${judged} of ${scans} judged`);
}

test('a small evening is played through a real server, and balances', async () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-demo-'));
  try {
    await using server = await ServerProcess.start(dataDir);
    const seed = smallSeed();
    const looks: Snapshot[] = [];
    const evening = await playEvening(server, seed, {
      speed: 600,
      progress: (_what, work) => work(),
      show: (look) => {
        const timer = setInterval(() => looks.push(look()), 100);
        return { stop: () => clearInterval(timer) };
      },
      signal: new AbortController().signal,
    });
    assert.ok(evening !== null);
    const off = evening.balance.filter((line) => !line.isEqual);
    assert.deepEqual(off, []);
    assert.equal(evening.outside, 0);
    const told = evening.ledger.entries;
    assert.ok(told.length > 600, `${told.length} scans`);
    assert.equal(told.filter(({ reason }) => reason === 'forged').length, 40);
    assert.ok(looks.some(({ gates }) => gates.some(({ state }) => state === 'diverted')));
    assert.ok(looks.at(-1)?.notices.length === 2);
    await saysTheSameAgain(server);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
