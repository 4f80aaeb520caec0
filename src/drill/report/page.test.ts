import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { stormPlan } from '#drill/catalogue/storm.ts';
import { changesSince, lastOutcome } from './compare.ts';
import { writeReport } from './files.ts';
import { OUTCOME_VERSION, type Outcome } from './outcome.ts';
import { reportPage } from './page.ts';

const LATENCY = { scans: 100, p50Ms: 20, p95Ms: 80, p99Ms: 300, longestMs: 900 };

function outcomeLike(more: Partial<Outcome> = {}): Outcome {
  const plan = stormPlan(7, { seconds: 45, lanes: 2, load: 12 });
  return {
    version: OUTCOME_VERSION,
    name: plan.name,
    startedAt: '2026-11-29T10:00:00.000Z',
    verdict: 'go',
    stopped: null,
    plan,
    planMark: 'abc',
    system: { network: 'wires', url: null, version: '0.1.0', machine: '2 cores' },
    lastsMs: 45_000,
    findings: [{ rule: 'nothing-lost', checked: 100, breaches: [] }],
    figures: {
      ...{
        people: 90,
        scans: 100,
        admitted: 80,
        provisional: 5,
        refused: 15,
        referred: 0,
        lost: 0,
      },
      ...{ exactDoubles: 0, doublesAfterLoss: 0, conflicts: 1, slow: 0, forgedRefused: 4 },
      ...{ recoveredMs: 1_200, stalledMs: 30 },
    },
    calm: LATENCY,
    all: LATENCY,
    lanes: ['lane-1', 'lane-2'].map((lane) => ({
      ...{ lane, gate: 'N1', stand: 'north', scans: 50, gapMs: 900, slow: 0, provisional: 2 },
      ...{ interrupted: 0, latency: LATENCY },
      rungs: [
        { rung: 'edge', fromMs: 0, untilMs: 9_000 },
        { rung: 'provisional', fromMs: 9_500, untilMs: 15_000 },
      ],
    })),
    faults: [
      {
        ...{
          fault: 'link-cut',
          target: 'hub:*',
          amount: null,
          struckAtMs: 9_000,
          mendedAtMs: 14_000,
        },
        ...{ problem: null, isAct: false, slowestMs: 900, provisional: 5, recoveredMs: 1_200 },
      },
    ],
    ...more,
  };
}

test('the page needs nothing from anywhere, and says its verdict in both languages', () => {
  const page = reportPage(outcomeLike(), null, [100, 2_000]);
  assert.doesNotMatch(page, /(?:src|href)\s*=|url\((?!#)|@import|https?:/);
  assert.match(page, /可以开门/);
  assert.match(page, /<strong class="is-go">.*Go/);
  const main = page.slice(page.indexOf('<main>'));
  const inChinese = main.match(/lang="zh-CN"/g)?.length;
  assert.ok(inChinese !== undefined && inChinese === main.match(/lang="en"/g)?.length);
});

test('nothing that a rehearsal was told becomes markup', () => {
  const name = '<img src=x onerror=alert(1)>';
  const findings = [{ rule: 'nothing-lost' as const, checked: 1, breaches: [`"${name}"`] }];
  const page = reportPage(outcomeLike({ name, findings, verdict: 'no-go' }), null, []);
  assert.doesNotMatch(page, /<img/);
  assert.match(page, /暂缓开门/);
});

test('is compared with the last rehearsal of its folder, and not with one that was stopped', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'kaimen-reports-'));
  try {
    assert.equal(lastOutcome(dir), null);
    writeReport(dir, outcomeLike({ name: 'first' }), []);
    const startedAt = '2026-11-29T11:00:00.000Z';
    writeReport(dir, outcomeLike({ name: 'stopped', verdict: 'stopped', startedAt }), []);
    const all = { ...LATENCY, p99Ms: 250, longestMs: 1_000 };
    const now = outcomeLike({ all, startedAt: '2026-11-29T12:00:00.000Z' });
    const last = lastOutcome(dir);
    assert.equal(last?.name, 'first');
    const changes = changesSince(last, now);
    const better = Object.fromEntries(changes.map(({ figure, isBetter }) => [figure, isBetter]));
    assert.deepEqual([better['p99'], better['longest'], better['p50']], [true, false, null]);
    const folder = writeReport(dir, now, []);
    assert.match(readFileSync(path.join(folder, 'drill.html'), 'utf8'), /300 ms.*250 ms/s);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
