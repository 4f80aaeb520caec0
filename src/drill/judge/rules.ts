// The rules of entry as they look from the outside: what was shown at the lanes, and what became of it.
import { isAct } from '#drill/catalogue/faults.ts';
import { HEARD_WITHIN_MS } from '#drill/rehearsal/acts.ts';
import type { Seen } from '#drill/rehearsal/crowd.ts';
import { aloneAmong, CALM_MARGIN_MS, type RehearsalRecord } from '#drill/rehearsal/rehearse.ts';
import type { Finding } from './holding.ts';
import { wasCutOff } from './out-of-touch.ts';

/** What the ladder gives a lane, and what a machine with other things to do may add. */
export const VERDICT_MS = 1_200;
export const VERDICT_MS_MAX = 2_500;
/** What a node had not told anybody when it was lost. */
const UNTOLD_MS = 20_000;

/**
 * While nothing was broken, lanes were answered by whoever decides. A system that leaves them alone without a
 * fault is not well: one that has found out that its store is behind what it told lanes does just that.
 */
export function liveAtFirst({ seen, struck }: RehearsalRecord): Finding {
  const first = struck.find(({ injection, isDone }) => isDone && !isAct(injection.fault));
  const untilMs = (first?.struckAtMs ?? Number.POSITIVE_INFINITY) - CALM_MARGIN_MS;
  const { asked, alone, isTooMany } = aloneAmong(seen.filter(({ atMs }) => atMs < untilMs));
  const breaches = isTooMany
    ? [`nothing was broken yet, and lanes decided ${alone} of ${asked} scans alone`]
    : [];
  return { rule: 'live-at-first', checked: asked, breaches };
}

export function verdictInTime({ seen, stalls, leftWaiting }: RehearsalRecord): Finding {
  const breaches = seen
    .filter(({ atMs, tookMs, verdict }) => {
      const machineMs = stalls.within(atMs, atMs + tookMs);
      return verdict !== null && tookMs - machineMs > VERDICT_MS_MAX;
    })
    .map((one) => `${whoOf(one)} waited ${Math.round(one.tookMs)} ms`);
  if (leftWaiting > 0) breaches.push(`${leftWaiting} people were left without a verdict`);
  return { rule: 'verdict-in-time', checked: seen.length, breaches };
}

export function noExactDouble(record: RehearsalRecord): Finding {
  const admitted = byTicket(record.seen, (one) => one.verdict?.verdict === 'admitted');
  const breaches = [...admitted].flatMap(([ticket, scans]) => {
    if (scans.length < 2 || isAfterLoss(record, ticket, scans)) return [];
    return [`ticket ${ticket} was admitted exactly ${scans.length} times: ${placesOf(scans)}`];
  });
  return { rule: 'no-exact-double', checked: admitted.size, breaches };
}

/**
 * A node that two people gave up, or that was put back from an older copy, may have decided what nobody else
 * could know. Such a ticket can enter twice; the hub has to name it.
 */
function isAfterLoss(record: RehearsalRecord, ticket: number, scans: readonly Seen[]): boolean {
  const [first, second] = [...scans].sort((a, b) => a.atMs - b.atMs);
  if (first === undefined || second === undefined) return false;
  const isUntold = record.losses.some(({ atMs }) => {
    return first.atMs <= atMs && first.atMs >= atMs - UNTOLD_MS && second.atMs >= atMs;
  });
  return isUntold && (record.conflicts.get(ticket) ?? 0) >= scans.length - 1;
}

/** Exact doubles that a loss explains and the hub has named: counted, not held against the system. */
export function doublesAfterLoss(record: RehearsalRecord): number {
  const admitted = byTicket(record.seen, (one) => one.verdict?.verdict === 'admitted');
  return [...admitted].filter(
    ([ticket, scans]) => scans.length > 1 && isAfterLoss(record, ticket, scans),
  ).length;
}

/** Who was let in beyond the first is named in a conflict. */
export function doublesReported(record: RehearsalRecord): Finding {
  const through = byTicket(record.seen, isThrough);
  const breaches: string[] = [];
  for (const [ticket, scans] of through) {
    const named = record.conflicts.get(ticket) ?? 0;
    // Somebody before a lane that died may have been let in by it without seeing so.
    const unseen = record.seen.filter(
      ({ person, verdict }) => person.ticket === ticket && verdict === null,
    ).length;
    const least = scans.length - 1;
    if (named >= least && named <= least + unseen) continue;
    breaches.push(
      `ticket ${ticket} was let in ${scans.length} times, ${named} conflicts: ${placesOf(scans)}`,
    );
  }
  for (const [ticket, named] of record.conflicts) {
    if (!through.has(ticket) && named > 0) {
      breaches.push(`ticket ${ticket} is in ${named} conflicts, and nobody was let in on it`);
    }
  }
  return { rule: 'doubles-reported', checked: through.size, breaches };
}

/**
 * Whatever a lane showed, its own journal has, and so has the hub. An exact admission whose answer came too
 * late stands beside what the lane had shown by then: a provisional one, which it confirms, or none, and then
 * the lane has taken it back. A refusal that came too late stands beside whom the lane had let in, if a conflict
 * names them.
 */
export function nothingLost({ seen, laneBooks, hubScans, conflicts }: RehearsalRecord): Finding {
  const books = new Map(laneBooks.map((book) => [book.lane, book]));
  const known = new Map(hubScans.map((scan) => [`${scan.deviceId} ${scan.scanId}`, scan]));
  const breaches = seen.flatMap((one) => {
    const { verdict } = one;
    if (verdict === null) return [];
    const book = books.get(one.lane);
    const written = book?.outcomes.get(verdict.scanId);
    const found: string[] = [];
    if (written !== verdict.verdict) {
      found.push(
        `${whoOf(one)} was shown ${verdict.verdict}; its lane wrote ${written ?? 'nothing'}`,
      );
    }
    const scan = known.get(`${book?.deviceId} ${verdict.scanId}`);
    if (scan === undefined)
      found.push(`${whoOf(one)}: lost, ${verdict.verdict} by ${verdict.rung}`);
    else if (scan.verdict !== verdict.verdict) {
      const isLate =
        scan.verdict === 'admitted' &&
        (verdict.verdict === 'provisional') === (scan.annulledAt === null);
      const isNamed =
        scan.verdict === 'refused' &&
        verdict.verdict === 'provisional' &&
        (conflicts.get(one.person.ticket) ?? 0) > 0;
      if (!isLate && !isNamed) {
        found.push(`${whoOf(one)} was shown ${verdict.verdict}, at the hub it is ${scan.verdict}`);
      }
    }
    return found;
  });
  return { rule: 'nothing-lost', checked: seen.length, breaches };
}

/** A block, a re-issue or a hold binds everybody who could have heard of it. */
export function controlObeyed(record: RehearsalRecord): Finding {
  const breaches: string[] = [];
  let checked = 0;
  for (const promised of record.promised) {
    if (promised.kind === 'lifted') continue;
    const lifted = record.promised.find(
      ({ kind, gate, atMs }) => kind === 'lifted' && gate === promised.gate && atMs > promised.atMs,
    );
    const untilMs = promised.kind === 'held' ? (lifted?.atMs ?? record.lastsMs) : record.lastsMs;
    for (const one of record.seen) {
      if (!concerns(promised, one, record) || one.verdict === null) continue;
      const isBound =
        one.atMs >= promised.atMs + HEARD_WITHIN_MS && one.atMs + one.tookMs < untilMs;
      if (!isBound || wasCutOff(record, promised.atMs, one.atMs + one.tookMs)) continue;
      checked += 1;
      if (one.verdict.verdict !== 'admitted') continue;
      const sinceS = ((one.atMs - promised.atMs) / 1_000).toFixed(1);
      breaches.push(`${whoOf(one)} was admitted ${sinceS} s after it was ${promised.kind}`);
    }
  }
  return { rule: 'control-obeyed', checked, breaches };
}

function concerns(
  promised: RehearsalRecord['promised'][number],
  { person, lane }: Seen,
  record: RehearsalRecord,
): boolean {
  if (promised.kind === 'held') return record.gateOf(lane) === promised.gate;
  if (person.ticket !== promised.ticket) return false;
  return promised.kind === 'blocked' || person.as === 'replaced';
}

export function forgedStaysOut({ seen }: RehearsalRecord): Finding {
  const forgers = seen.filter(({ person }) => person.as === 'forger');
  const breaches = forgers
    .filter(isThrough)
    .map((one) => `a forged code at lane ${one.lane} was shown ${one.verdict?.verdict}`);
  return { rule: 'forged-stays-out', checked: forgers.length, breaches };
}

/** A good ticket lets one person in; only what nobody could verify, or a held gate, sends them elsewhere. */
export function holderGetsIn(record: RehearsalRecord): Finding {
  const { seen, promised } = record;
  const touched = new Set(promised.filter(({ ticket }) => ticket > 0).map(({ ticket }) => ticket));
  const tickets = byTicket(seen, ({ person }) => !touched.has(person.ticket));
  const breaches = [...tickets.values()].flatMap((scans) => {
    const isUndecided = scans.some(({ verdict }) => verdict === null);
    if (isUndecided || scans.some(isThrough)) return [];
    const wrong = scans.find(({ verdict }) => !ELSEWHERE.has(verdict?.reason ?? ''));
    if (wrong === undefined) return [];
    return [`${whoOf(wrong)} was turned away: ${wrong.verdict?.reason} by ${wrong.verdict?.rung}`];
  });
  return { rule: 'holder-gets-in', checked: tickets.size, breaches };
}

const ELSEWHERE: ReadonlySet<string> = new Set(['cannot-verify', 'held']);

export function recovered({ recoveredMs, struck, stopped }: RehearsalRecord): Finding {
  const breaches = struck
    .filter(({ isDone, mendedAtMs }) => isDone && mendedAtMs === null)
    .map(({ injection, problem }) => `${injection.fault} ${injection.target}: ${problem}`);
  if (recoveredMs === null && stopped === null) {
    breaches.push('not every lane was back on an exact answer a minute after the last mend');
  }
  return { rule: 'recovered', checked: struck.length, breaches };
}

export function isThrough({ verdict }: Seen): boolean {
  return verdict?.verdict === 'admitted' || verdict?.verdict === 'provisional';
}

function byTicket(seen: readonly Seen[], isMeant: (one: Seen) => boolean): Map<number, Seen[]> {
  const found = new Map<number, Seen[]>();
  for (const one of seen) {
    const { ticket } = one.person;
    if (ticket === 0 || !isMeant(one)) continue;
    const scans = found.get(ticket);
    if (scans === undefined) found.set(ticket, [one]);
    else scans.push(one);
  }
  return found;
}

function whoOf({ person, lane, atMs }: Seen): string {
  const what = person.ticket === 0 ? person.as : `ticket ${person.ticket} (${person.as})`;
  return `${what} at lane ${lane}, ${(atMs / 1_000).toFixed(1)} s`;
}

function placesOf(scans: readonly Seen[]): string {
  return scans
    .map(({ lane, atMs, verdict }) => {
      return `lane ${lane} at ${(atMs / 1_000).toFixed(1)} s ${verdict?.verdict} by ${verdict?.rung}`;
    })
    .join(', ');
}
