// What every claim store must do, whatever it is made of: run by the tests of each adapter. Two nodes
// share the store and nothing else; all promises of design §2 hold across both.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { codeOf } from './authority.ts';
import { testHistories } from './claim-store-histories.ts';
import { testLimits, testMeters } from './claim-store-limits.ts';
import { entryOf, type OpenClaimStore, word } from './claim-store-under-test.ts';
import { at } from './entry.ts';

export function testClaimStore(open: OpenClaimStore): void {
  testOneWinner(open);
  testScanIds(open);
  testFence(open);
  testLimits(open);
  testMeters(open);
  testRevisions(open);
  testExits(open);
  testAnnulment(open);
  testHistories(open);
}

function testOneWinner(open: OpenClaimStore): void {
  test('gives every slot to exactly one of many who try at once on two nodes', async () => {
    const tickets = 24;
    await using store = await open({ tickets, types: ['adult', 'adult', 'family'] });
    const tries = 6;
    const words = await Promise.all(
      Array.from({ length: tickets * tries }, async (_, index) => {
        const serial = (index % tickets) + 1;
        const node = store.nodes[index % 5 < 2 ? 0 : 1];
        const device = `phone-${index % 7}`;
        const answer = await node.scan(entryOf(serial, `try-${index}`, device));
        assert.notEqual(answer, 'scan-id-reused');
        return { serial, word: word(answer) };
      }),
    );
    let people = 0;
    for (let serial = 1; serial <= tickets; serial += 1) {
      const admits = serial % 3 === 0 ? 4 : 1;
      people += admits;
      const mine = words.filter((each) => each.serial === serial).map((each) => each.word);
      const admitted = mine.filter((each) => each === 'admitted').length;
      assert.equal(admitted, admits, `ticket ${serial} admits ${admits}: ${mine}`);
      assert.equal(mine.filter((each) => each === 'already-used').length, tries - admits);
    }
    assert.equal(await store.nodes[0].inside('ground'), people);
    assert.equal(await store.nodes[1].inside('stand/north'), people);
  });
}

function testScanIds(open: OpenClaimStore): void {
  test('answers a scan sent to both nodes at once with one answer, word for word', async () => {
    await using store = await open({ tickets: 20 });
    for (let serial = 1; serial <= 20; serial += 1) {
      const scan = entryOf(serial, `scan-${serial}`);
      const [one, other] = await Promise.all(store.nodes.map((node) => node.scan(scan)));
      assert.deepEqual(one, other);
      assert.deepEqual(await store.nodes[serial % 2]?.scan(scan), one);
      assert.equal(one && word(one), 'admitted');
    }
    assert.equal(await store.nodes[0].inside('ground'), 20);
  });

  test('refuses a scanId used for another code or direction, on either node, at once or later', async () => {
    await using store = await open({ tickets: 20 });
    const [here, there] = store.nodes;
    for (let serial = 1; serial < 20; serial += 2) {
      const scan = entryOf(serial, `scan-${serial}`);
      const other = entryOf(serial + 1, `scan-${serial}`);
      const both = (await Promise.all([here.scan(scan), there.scan(other)])).map(word);
      assert.deepEqual(both.sort(), ['admitted', 'scan-id-reused']);
    }
    const first = await here.scan({ ...entryOf(1, 'out-1'), direction: 'out' });
    assert.equal(word(first), 'admitted');
    assert.equal(await there.scan(entryOf(1, 'out-1')), 'scan-id-reused');
    assert.deepEqual(await there.scan({ ...entryOf(1, 'out-1'), direction: 'out' }), first);
    const elsewhere = await there.scan({ ...entryOf(1, 'out-1', 'phone-2'), direction: 'out' });
    assert.equal(word(elsewhere), 'admitted', 'another device may use the same id');
  });

  test('keeps refusals too: a repeat gets the first answer though the cause is gone', async () => {
    await using store = await open({ tickets: 1 });
    const [here, there] = store.nodes;
    await here.setBlocked(1, true);
    const refused = await here.scan(entryOf(1, 'first'));
    assert.equal(word(refused), 'blocked');
    await here.setBlocked(1, false);
    assert.deepEqual(await there.scan(entryOf(1, 'first')), refused);
    assert.equal(word(await there.scan(entryOf(1, 'second'))), 'admitted');
  });
}

function testFence(open: OpenClaimStore): void {
  test('a block acknowledged by one node binds every scan the other is given later', async () => {
    const tickets = 16;
    await using store = await open({ tickets });
    const [here, there] = store.nodes;
    let scans = 0;
    for (let serial = 1; serial <= tickets; serial += 1) {
      let isAcknowledged = false;
      const blocking = here.setBlocked(serial, true).then(() => {
        isAcknowledged = true;
      });
      const wasBound: boolean[] = [];
      while (!isAcknowledged || !wasBound.includes(true)) {
        wasBound.push(isAcknowledged);
        const isBound = isAcknowledged;
        scans += 1;
        const said = word(await there.scan(entryOf(serial, `scan-${scans}`)));
        // What was let in before counts: only a new admission would break the promise.
        if (isBound) assert.equal(said, 'blocked', `ticket ${serial}`);
      }
      await blocking;
    }
  });

  test('a hold, a re-issue and the end of the event bind the very next scan on both nodes', async () => {
    await using store = await open({ tickets: 6 });
    const [here, there] = store.nodes;
    assert.equal(word(await there.scan(entryOf(1, 'a'))), 'admitted');
    const stop = { id: 'h', scope: 'gate/N1', kind: 'stop', perMinute: null, reason: 'x' } as const;
    await here.control((controls) => ({ ...controls, holds: [stop] }));
    assert.equal(word(await there.scan(entryOf(2, 'b'))), 'held');
    assert.equal(word(await here.scan(entryOf(3, 'c'))), 'held');
    await there.control((controls) => ({ ...controls, holds: [] }));
    assert.equal(word(await here.scan(entryOf(2, 'd'))), 'admitted');
    await here.reissue(3);
    assert.equal(word(await there.scan(entryOf(3, 'e'))), 'revoked');
    const renewed = { ...entryOf(3, 'f'), code: codeOf(3, 1) };
    assert.equal(word(await there.scan(renewed)), 'admitted');
    await there.close();
    assert.equal(word(await here.scan(entryOf(4, 'g'))), 'too-late');
    assert.equal(word(await here.scan({ ...entryOf(1, 'h'), direction: 'out' })), 'admitted');
  });
}

function testRevisions(open: OpenClaimStore): void {
  test('numbers every answer once, without a gap unless it says so, and later answers higher', async () => {
    const tickets = 60;
    await using store = await open({ tickets });
    const revisions: number[] = [];
    for (const round of [0, 1, 2]) {
      const before = Math.max(0, ...revisions);
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          store.nodes[index % 2 === 0 ? 0 : 1].scan(
            entryOf(((round * 31 + index) % tickets) + 1, `${round}-${index}`),
          ),
        ),
      );
      const mine = answers.map((answer) => (answer === 'scan-id-reused' ? 0 : answer.revision));
      assert.ok(Math.min(...mine) > before, 'answered later, numbered higher');
      revisions.push(...mine);
    }
    assert.equal(new Set(revisions).size, revisions.length, 'each its own');
    if (store.hasGaps === true) return;
    const expected = Array.from({ length: revisions.length }, (_, index) => index + 1);
    assert.deepEqual(
      revisions.sort((a, b) => a - b),
      expected,
    );
  });
}

function testExits(open: OpenClaimStore): void {
  test('opens the next cycle only after an exit, and never refuses an exit of a known ticket', async () => {
    await using store = await open({ tickets: 1, types: ['season'] });
    const [here, there] = store.nodes;
    const out = (scanId: string) => ({ ...entryOf(1, scanId), direction: 'out' as const });
    assert.equal(word(await here.scan(entryOf(1, 'in-1'))), 'admitted');
    assert.equal(word(await there.scan(entryOf(1, 'in-2'))), 'already-inside');
    assert.equal(word(await there.scan(out('out-1'))), 'admitted');
    assert.equal(word(await here.scan(out('out-2'))), 'admitted', 'out twice is out');
    assert.equal(await here.inside('ground'), 0);
    const back = await Promise.all([
      here.scan(entryOf(1, 'in-3')),
      there.scan(entryOf(1, 'in-4', 'phone-2')),
    ]);
    assert.deepEqual(back.map(word).sort(), ['admitted', 'already-inside']);
    await here.setBlocked(1, true);
    assert.equal(word(await there.scan(out('out-3'))), 'admitted');
    assert.equal(await there.inside('ground'), 0);
  });
}

function testAnnulment(open: OpenClaimStore): void {
  test('an annulled scan answers annulled for ever on both nodes, and the ticket enters again', async () => {
    await using store = await open({ tickets: 1 });
    const [here, there] = store.nodes;
    assert.equal(word(await here.scan(entryOf(1, 'in-1'))), 'admitted');
    const both = await Promise.all(store.nodes.map((node) => node.annul('phone-1', 'in-1')));
    assert.deepEqual(both.sort(), ['already-annulled', 'annulled']);
    assert.equal(await there.inside('ground'), 0);
    for (const node of store.nodes)
      assert.equal(word(await node.scan(entryOf(1, 'in-1'))), 'annulled');
    const again = await Promise.all([
      here.scan(entryOf(1, 'in-2')),
      there.scan(entryOf(1, 'in-3', 'phone-2')),
    ]);
    assert.deepEqual(again.map(word).sort(), ['admitted', 'already-used']);
    assert.equal(word(await there.scan(entryOf(1, 'in-1'))), 'annulled');
    assert.equal(await here.inside('ground'), 1);
  });

  test('annuls within fifteen minutes, no refusal, nothing of another device, nothing left since', async () => {
    await using store = await open({ tickets: 3, types: ['season'] });
    const [here, there] = store.nodes;
    await here.scan(entryOf(1, 'in-1'));
    await here.scan(entryOf(1, 'in-2'));
    assert.equal(await there.annul('phone-1', 'in-2'), 'no-such-crossing');
    assert.equal(await there.annul('phone-2', 'in-1'), 'no-such-crossing');
    assert.equal(await there.annul('phone-1', 'nothing'), 'no-such-crossing');
    await here.scan(entryOf(2, 'in-3'));
    await here.scan({ ...entryOf(2, 'out-3'), direction: 'out' });
    assert.equal(await there.annul('phone-1', 'in-3'), 'crossed-since');
    assert.equal(await there.annul('phone-1', 'out-3'), 'annulled');
    assert.equal(await here.inside('ground'), 2);
    there.clock.now = (at('18:15') + 1) as Instant;
    assert.equal(await there.annul('phone-1', 'in-1'), 'too-late');
    there.clock.now = at('18:15');
    assert.equal(await there.annul('phone-1', 'in-1'), 'annulled');
    assert.equal(await here.inside('ground'), 1);
  });
}
