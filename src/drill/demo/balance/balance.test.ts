import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventCounts } from '#protocol/live.ts';
import { Ledger, type LedgerEntry } from '../play/ledger.ts';
import type { SeedTicket } from '../seed/tickets.ts';
import { type BalanceInput, balanceOf, type ServerScan } from './balance.ts';
import { cameWith } from './reckon.ts';
import { NO_INK, reportLines } from './report.ts';

type Told = Pick<LedgerEntry, 'direction' | 'verdict' | 'reason' | 'ticketRef'>;

const IN: Told = { direction: 'in', verdict: 'admitted', reason: null, ticketRef: 'SEASON' };
const OUT: Told = { ...IN, direction: 'out' };
const FAMILY: Told = { ...IN, ticketRef: 'FAMILY' };
const USED: Told = { ...FAMILY, verdict: 'refused', reason: 'already-used' };
const NIGHT = [IN, OUT, IN, FAMILY, FAMILY, USED];

/** A night in which both sides agree on what is told here. */
function night(told: readonly Told[]): BalanceInput {
  const ledger = new Ledger();
  const scans: ServerScan[] = [];
  told.forEach((each, index) => {
    const revision = index + 1;
    const place = { device: 'd', gate: 'N1', lane: 'N1-1', scanId: `N1-1.${revision}`, revision };
    ledger.write({ ...place, ...each }, -30);
    scans.push({ ...each, deviceId: 'd', scanId: place.scanId, gate: 'N1', revision });
  });
  const counts: EventCounts = {
    at: '2026-11-29T11:00:00.000Z',
    revision: told.length,
    inside: { ground: 3 },
    gates: [{ gate: 'N1', admitted: 4, left: 1, refused: { 'already-used': 1 }, lastMinute: 0 }],
  };
  return {
    ledger,
    scans,
    counts,
    rules: new Map([
      ['SEASON', { admits: 1, mayReturn: true, isPass: false }],
      ['FAMILY', { admits: 2, mayReturn: false, isPass: false }],
    ]),
    cameWith: new Map([
      ['SEASON', 1],
      ['FAMILY', 2],
    ]),
    looked: [
      { ref: 'SEASON', inside: 1 },
      { ref: 'FAMILY', inside: 2 },
      { ref: 'NOBODY', inside: 0 },
    ],
  };
}

function off(input: BalanceInput): string[] {
  return balanceOf(input)
    .filter((line) => !line.isEqual)
    .map((line) => line.en);
}

test('a night in which both sides agree balances', () => {
  assert.deepEqual(off(night(NIGHT)), []);
});

test('a verdict that the server does not have, has twice or has otherwise is found', () => {
  const balanced = night(NIGHT);
  assert.ok(off({ ...balanced, scans: balanced.scans.slice(1) }).length > 0);
  const changed = balanced.scans.map((scan) =>
    scan.reason === null ? scan : { ...scan, reason: 'forged' as const },
  );
  assert.deepEqual(off({ ...balanced, scans: changed }), ['verdicts, each the same']);
  const [first] = balanced.scans;
  assert.ok(first !== undefined);
  const twice = [...balanced.scans, { ...first, scanId: 'N1-1.99', revision: 99 }];
  assert.ok(off({ ...balanced, scans: twice }).includes('verdicts, each the same'));
});

test('a ticket that let in one person too many is found, although both sides say so', () => {
  const more = night([...NIGHT, FAMILY]);
  assert.ok(off(more).includes('tickets above their places'));
  const returned = night([...NIGHT, { ...FAMILY, direction: 'out' }, FAMILY]);
  assert.ok(off(returned).includes('tickets above their places'));
});

test('counts that differ by gate, reason or people inside are found', () => {
  const balanced = night(NIGHT);
  const { counts } = balanced;
  const [gate] = counts.gates;
  assert.ok(gate !== undefined);
  assert.deepEqual(off({ ...balanced, counts: { ...counts, inside: { ground: 4 } } }), [
    'inside = in − out',
  ]);
  const swapped = { ...counts, gates: [{ ...gate, refused: { forged: 1 } }] };
  assert.deepEqual(off({ ...balanced, counts: swapped }), ['refused or checked, by reason']);
  const fewer = { ...counts, gates: [{ ...gate, admitted: 3 }] };
  assert.deepEqual(off({ ...balanced, counts: fewer }), ['admitted', 'gates, each the same']);
});

test('a holder left outside, a stranger inside and another ticket state are found', () => {
  const balanced = night(NIGHT);
  const came = new Map([...balanced.cameWith, ['LEFT-OUT', 1] as const]);
  assert.deepEqual(off({ ...balanced, cameWith: came }), ['good tickets shown, let in']);
  const stranger = new Map([['SEASON', 1]]);
  assert.deepEqual(off({ ...balanced, cameWith: stranger }), ['good tickets shown, let in']);
  const looked = [{ ref: 'SEASON', inside: 0 }];
  assert.deepEqual(off({ ...balanced, looked }), ['tickets looked up, as told']);
});

test('a repeat that was told something else is found', () => {
  const balanced = night(NIGHT);
  balanced.ledger.repeated = 3;
  assert.deepEqual(off(balanced), []);
  balanced.ledger.repeatedOtherwise = 1;
  assert.deepEqual(off(balanced), ['repeats told the same']);
});

test('who came counts each ticket up to its people, and nothing that should not enter', () => {
  const ticket = (ref: string, details: Partial<SeedTicket> = {}) =>
    ({ ref, admits: 1, status: 'valid', ...details }) as SeedTicket;
  const tickets = [
    ticket('A'),
    ticket('B', { admits: 4 }),
    ticket('C', { status: 'cancelled' }),
    ticket('D'),
  ];
  const came = cameWith(
    tickets,
    ['D'],
    [
      { kind: 'code', ref: 'A' },
      { kind: 'code', ref: 'A' },
      { kind: 'card', ref: 'B' },
      { kind: 'foreign', ref: 'B' },
      { kind: 'code', ref: 'C' },
      { kind: 'code', ref: 'D' },
      { kind: 'forged', ref: 'A' },
      { kind: 'other-match', number: 1 },
    ],
  );
  assert.deepEqual(
    [...came],
    [
      ['A', 1],
      ['B', 2],
    ],
  );
});

test('the report says in a sentence whether it balances', () => {
  const balanced = reportLines(balanceOf(night(NIGHT)), 0, NO_INK).join('\n');
  assert.match(balanced, /It balances: all 6 verdicts/);
  const input = { ...night(NIGHT), looked: [{ ref: 'SEASON', inside: 0 }] };
  const unbalanced = reportLines(balanceOf(input), 12, NO_INK).join('\n');
  assert.match(unbalanced, /It does not balance: tickets looked up/);
  assert.match(unbalanced, /SEASON: lanes 1 inside, server 0/);
  assert.match(unbalanced, /12 people were still outside/);
});
