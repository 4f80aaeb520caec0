// The reckoning at the end of the night: what the lanes were told against what the server keeps. Pure;
// each line is one claim with its two numbers, and the night balances when every line does.
import type { Reason, Verdict } from '#domain/entry/verdict.ts';
import type { EventCounts } from '#protocol/live.ts';
import type { Ledger, LedgerEntry } from '../play/ledger.ts';

export type ServerScan = {
  readonly scanId: string;
  readonly deviceId: string;
  readonly gate: string;
  readonly direction: 'in' | 'out';
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly ticketRef: string | null;
  readonly revision: number;
};

export type TicketRule = {
  readonly admits: number;
  readonly mayReturn: boolean;
  /** Passes that may always enter: taking their own place again adds nobody. */
  readonly isPass: boolean;
};

/** What became of one ticket by the server's own word. */
export type TicketState = { readonly ref: string; readonly inside: number };

export type BalanceLine = {
  readonly 'zh-CN': string;
  readonly en: string;
  readonly lanes: number;
  readonly server: number;
  readonly isEqual: boolean;
  /** What is off, first cases first. */
  readonly off: readonly string[];
};

export type BalanceInput = {
  readonly ledger: Ledger;
  readonly scans: readonly ServerScan[];
  readonly counts: EventCounts;
  readonly rules: ReadonlyMap<string, TicketRule>;
  /** People who showed a ticket that lets them in and got their last word, by ticket. */
  readonly cameWith: ReadonlyMap<string, number>;
  readonly looked: readonly TicketState[];
};

const CASES_MAX = 5;

export function balanceOf(input: BalanceInput): BalanceLine[] {
  const { ledger, scans, counts } = input;
  const night = foldTickets(scans, input.rules);
  const mine = foldTickets(ledger.entries, input.rules);
  const sum = (of: (gate: EventCounts['gates'][number]) => number) =>
    counts.gates.reduce((total, gate) => total + of(gate), 0);
  const tallies = [...ledger.gates.values()];
  const refused = (of: Iterable<number>) => [...of].reduce((total, n) => total + n, 0);
  return [
    verdicts(ledger.entries, scans),
    line(
      ['放行', 'admitted'],
      tallies.reduce((total, tally) => total + tally.admitted, 0),
      sum((gate) => gate.admitted),
    ),
    line(
      ['离场', 'left'],
      tallies.reduce((total, tally) => total + tally.left, 0),
      sum((gate) => gate.left),
    ),
    line(
      ['未放行与查验', 'refused or checked, by reason'],
      tallies.reduce((total, tally) => total + refused(tally.refused.values()), 0),
      sum((gate) => refused(Object.values(gate.refused))),
      reasonsOff(input),
    ),
    line(['在场人数', 'inside = in − out'], mine.inside, counts.inside['ground'] ?? 0),
    gates(input),
    line(['重发同答', 'repeats told the same'], ledger.repeated, ledger.repeated, [
      ...(ledger.repeatedOtherwise > 0 ? [`${ledger.repeatedOtherwise} told another`] : []),
    ]),
    line(['超额入场的票', 'tickets above their places'], 0, night.above.length, night.above),
    holders(input, night),
    states(input, mine),
  ];
}

type Folded = {
  /** People inside by ticket. */
  readonly insideOf: ReadonlyMap<string, number>;
  /** Entries by ticket, those of people coming back not counted. */
  readonly enteredOf: ReadonlyMap<string, number>;
  readonly inside: number;
  /** Tickets that let in more people than they are for. */
  readonly above: readonly string[];
};

type Crossing = Pick<LedgerEntry, 'direction' | 'verdict' | 'ticketRef' | 'revision'>;

function foldTickets(scans: readonly Crossing[], rules: ReadonlyMap<string, TicketRule>): Folded {
  const insideOf = new Map<string, number>();
  const entriesOf = new Map<string, number>();
  const above = new Set<string>();
  for (const scan of [...scans].sort((a, b) => a.revision - b.revision)) {
    const ref = scan.ticketRef;
    if (scan.verdict !== 'admitted' || ref === null) continue;
    const rule = rules.get(ref) ?? { admits: 1, mayReturn: false, isPass: false };
    const before = insideOf.get(ref) ?? 0;
    if (scan.direction === 'out') {
      insideOf.set(ref, Math.max(0, before - 1));
      continue;
    }
    const entries = (entriesOf.get(ref) ?? 0) + 1;
    entriesOf.set(ref, entries);
    if (rule.isPass) insideOf.set(ref, 1);
    else {
      insideOf.set(ref, before + 1);
      const isTooMany = before + 1 > rule.admits || (!rule.mayReturn && entries > rule.admits);
      if (isTooMany) above.add(ref);
    }
  }
  const enteredOf = new Map(
    [...entriesOf].map(([ref, n]) => [ref, Math.min(n, rules.get(ref)?.admits ?? 1)]),
  );
  const inside = [...insideOf.values()].reduce((total, n) => total + n, 0);
  return { insideOf, enteredOf, inside, above: [...above] };
}

function verdicts(entries: readonly LedgerEntry[], scans: readonly ServerScan[]): BalanceLine {
  const stored = new Map(scans.map((scan) => [`${scan.deviceId} ${scan.scanId}`, scan]));
  const off: string[] = [];
  for (const entry of entries) {
    const scan = stored.get(`${entry.device} ${entry.scanId}`);
    const told = wordsOf(entry);
    const kept = scan === undefined ? 'nothing' : wordsOf(scan);
    if (told !== kept) off.push(`${entry.scanId}: told ${told}, stored ${kept}`);
  }
  return line(['结果逐条相同', 'verdicts, each the same'], entries.length, scans.length, off);
}

function wordsOf(scan: LedgerEntry | ServerScan): string {
  const { direction, verdict, reason, ticketRef, gate, revision } = scan;
  return [direction, verdict, reason, ticketRef, gate, revision].join(' ');
}

function reasonsOff({ ledger, counts }: BalanceInput): string[] {
  const off: string[] = [];
  const reasons = new Set<string>([
    ...[...ledger.gates.values()].flatMap((tally) => [...tally.refused.keys()]),
    ...counts.gates.flatMap((gate) => Object.keys(gate.refused)),
  ]);
  for (const reason of reasons) {
    const mine = [...ledger.gates.values()].reduce(
      (total, tally) => total + (tally.refused.get(reason as Reason) ?? 0),
      0,
    );
    const theirs = counts.gates.reduce((total, gate) => total + (gate.refused[reason] ?? 0), 0);
    if (mine !== theirs) off.push(`${reason}: lanes ${mine}, server ${theirs}`);
  }
  return off;
}

function gates({ ledger, counts }: BalanceInput): BalanceLine {
  const off: string[] = [];
  const theirs = new Map(counts.gates.map((gate) => [gate.gate, gate]));
  for (const [id, tally] of ledger.gates) {
    const gate = theirs.get(id);
    const told = `${tally.admitted} in, ${tally.left} out`;
    const kept = `${gate?.admitted ?? 0} in, ${gate?.left ?? 0} out`;
    if (told !== kept) off.push(`${id}: lanes ${told}, server ${kept}`);
  }
  return line(['各入口相符', 'gates, each the same'], ledger.gates.size, theirs.size, off);
}

/** Whoever came with a good ticket is in, and nobody else. */
function holders({ cameWith }: BalanceInput, { enteredOf }: Folded): BalanceLine {
  const refs = new Set([...cameWith.keys(), ...enteredOf.keys()]);
  const total = (people: ReadonlyMap<string, number>) =>
    [...people.values()].reduce((sum, n) => sum + n, 0);
  const off: string[] = [];
  for (const ref of refs) {
    const came = cameWith.get(ref) ?? 0;
    const entered = enteredOf.get(ref) ?? 0;
    if (came !== entered) off.push(`${ref}: ${came} came, ${entered} entered`);
  }
  return line(
    ['持票人已入场', 'good tickets shown, let in'],
    total(cameWith),
    total(enteredOf),
    off,
  );
}

function states({ looked }: BalanceInput, { insideOf }: Folded): BalanceLine {
  const off = looked
    .filter(({ ref, inside }) => inside !== (insideOf.get(ref) ?? 0))
    .map(({ ref, inside }) => `${ref}: lanes ${insideOf.get(ref) ?? 0} inside, server ${inside}`);
  return line(
    ['逐张查票', 'tickets looked up, as told'],
    looked.length,
    looked.length - off.length,
    off,
  );
}

function line(
  [zh, en]: readonly [string, string],
  lanes: number,
  server: number,
  off: readonly string[] = [],
): BalanceLine {
  const isEqual = lanes === server && off.length === 0;
  return { 'zh-CN': zh, en, lanes, server, isEqual, off: off.slice(0, CASES_MAX) };
}
