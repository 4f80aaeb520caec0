// Everything that is known to have happened to one ticket, and what it comes to.
import { z } from 'zod';
import { FATE_WORDS } from '#domain/delivery/letter-words.ts';
import { type Crossing, foldCrossings } from '#domain/entry/crossings.ts';
import { entryWindow, gatesFor, rulesFor } from '#domain/entry/rules.ts';
import type { Reason, Rung, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { type Diagnosis, diagnose, type LastRefusal } from '#domain/monitoring/diagnosis.ts';
import { scopesCrossed } from '#domain/venue/match-event.ts';
import type { HistoryEntry, TicketHistory } from '#protocol/desk.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from '#server/entry/ticket-row.ts';
import { clockTimeBeside } from '#server/paper/local-time.ts';
import { iso } from '#server/platform/clock.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findTicket } from '#server/tickets/ticket-view.ts';
import { type FateNotice, readFateNotice } from '#server/venue/match-fate.ts';

const ENTRIES_MAX = 500;

export async function ticketHistory(
  context: ServerContext,
  event: OpenEvent,
  ref: string,
): Promise<TicketHistory | null> {
  const ticket = await findTicket(context.pool, event, ref);
  if (ticket === null) return null;
  const scans = await readScans(context, event, ticket.serial);
  const [acts, cash] = await Promise.all([
    readActs(context, event, ref),
    readCash(context, event, ticket.serial),
  ]);
  const { diagnosis, gates } = await judge(context, event, ticket.serial, scans);
  return {
    ticket,
    diagnosis,
    gates: gates === null ? null : [...gates],
    history: [...scans, ...acts, ...cash].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)),
  };
}

type ScanEntry = Extract<HistoryEntry, { kind: 'scan' }>;

async function readScans(
  { pool }: ServerContext,
  event: OpenEvent,
  serial: number,
): Promise<ScanEntry[]> {
  const { rows } = await pool.query<{
    device: string;
    scan_id: string;
    gate: string;
    lane: string | null;
    operator: string | null;
    direction: 'in' | 'out';
    verdict: Verdict;
    reason: Reason | null;
    rung: Rung;
    decided_at: Date;
    annulled_at: Date | null;
  }>(
    `SELECT device, scan_id, gate, lane, operator, direction, verdict, reason, rung, decided_at,
       annulled_at
     FROM scans WHERE event = $1 AND serial = $2 ORDER BY decided_at DESC LIMIT $3`,
    [event.number, serial, ENTRIES_MAX],
  );
  return rows.map((row) => ({
    kind: 'scan',
    at: iso(row.decided_at.getTime()),
    deviceId: row.device,
    scanId: row.scan_id,
    gate: row.gate,
    lane: row.lane,
    operator: row.operator,
    direction: row.direction,
    verdict: row.verdict,
    reason: row.reason,
    rung: row.rung,
    annulledAt: row.annulled_at === null ? null : iso(row.annulled_at.getTime()),
  }));
}

/** Of an act's detail only the reason is shown, and only if it is one. */
const withReason = z.looseObject({ reason: z.string() });

async function readActs(
  { pool }: ServerContext,
  event: OpenEvent,
  ref: string,
): Promise<HistoryEntry[]> {
  const { rows } = await pool.query<{ at: Date; actor: string; act: string; detail: string }>(
    'SELECT at, actor, act, detail FROM audit WHERE subject = $1 ORDER BY at DESC LIMIT $2',
    [`${event.ground.event.id}/${ref}`, ENTRIES_MAX],
  );
  return rows.map(({ at, actor, act, detail }) => {
    const { success, data } = withReason.safeParse(JSON.parse(detail));
    const reason = success ? data.reason : null;
    return { kind: 'act', at: iso(at.getTime()), actor, act, reason };
  });
}

async function readCash(
  { pool }: ServerContext,
  event: OpenEvent,
  serial: number,
): Promise<HistoryEntry[]> {
  const { rows } = await pool.query<{
    kind: string;
    minor: string;
    currency: string;
    reason: string;
    taken_by: string;
    taken_at: Date;
  }>(
    `SELECT kind, minor, currency, reason, taken_by, taken_at FROM cash_entries
     WHERE event = $1 AND serial = $2 ORDER BY taken_at DESC LIMIT $3`,
    [event.number, serial, ENTRIES_MAX],
  );
  return rows.map((row) => ({
    kind: 'cash',
    at: iso(row.taken_at.getTime()),
    actor: row.taken_by,
    what: row.kind,
    minor: Number(row.minor),
    currency: row.currency,
    reason: row.reason,
  }));
}

async function judge(
  context: ServerContext,
  event: OpenEvent,
  serial: number,
  scans: readonly ScanEntry[],
): Promise<{ diagnosis: Diagnosis; gates: readonly string[] | null }> {
  const { pool } = context;
  const found = await pool.query<TicketRow>(
    `SELECT ${TICKET_COLUMNS} FROM tickets WHERE event = $1 AND serial = $2`,
    [event.number, serial],
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error('the ticket was found a moment ago');
  const ticket = ticketOf(row);
  const [checkpoint] = event.ground.event.checkpoints;
  const claims = await pool.query<{ crossings: Crossing[] }>(
    `SELECT crossings FROM claims
     WHERE event = $1 AND entry_epoch = $2 AND serial = $3 ORDER BY checkpoint = $4 DESC LIMIT 1`,
    [event.number, event.entryEpoch, serial, checkpoint?.id ?? ''],
  );
  const now = context.now();
  const { ground, controls } = event;
  const rules = rulesFor(ground, ticket);
  const entrances = ground.event.gates.filter((gate) => gate.checkpoint === checkpoint?.id);
  const gates = gatesFor(ground, controls, ticket, rules, entrances[0]?.id ?? '', now);
  const ways = gates ?? entrances.map((gate) => gate.id as string);
  const isStopped = (gate: string) =>
    controls.holds.some(
      ({ kind, scope }) =>
        kind === 'stop' &&
        scopesCrossed(ground, ticket.section, gate, ticket.stand).includes(scope),
    );
  const { startsAt, venue } = ground.event;
  const diagnosis = diagnose(
    {
      ticket,
      admits: rules.admits,
      crossed: foldCrossings(claims.rows[0]?.crossings ?? [], rules),
      lastRefusal: lastRefusalOf(scans[0]),
      gates,
      isHeld: ways.length > 0 && ways.every(isStopped),
      status: event.status,
      ...entryWindow(ground, controls, ticket, rules),
      now,
    },
    {
      gate: (id) => ground.gates.get(id)?.name ?? { 'zh-CN': id, en: id },
      clock: (at) => clockTimeBeside(at, startsAt, venue.timeZone),
    },
  );
  const fate = await readFateNotice(pool, event.number);
  const isKnownHere = ticket.status === 'valid' || ticket.status === 'cancelled';
  return { diagnosis: isKnownHere ? withFate(diagnosis, fate?.kind ?? null) : diagnosis, gates };
}

/** Whoever asks about a match that was changed hears what its letters say, word for word. */
function withFate(diagnosis: Diagnosis, fate: FateNotice['kind'] | null): Diagnosis {
  if (fate === null || !FATE_COMES_FIRST.has(diagnosis.key)) return diagnosis;
  const said = FATE_WORDS[fate];
  // Of a ticket that was given back before, the order says more than the match.
  if (fate !== 'cancelled' && diagnosis.key === 'cancelled') return diagnosis;
  if (fate !== 'moved') return { key: `match-${fate}`, text: said, mend: null };
  const text = {
    'zh-CN': `${said['zh-CN']}${diagnosis.text['zh-CN']}`,
    en: `${said.en} ${diagnosis.text.en}`,
  };
  return { key: 'match-moved', text, mend: diagnosis.mend };
}

/** What is true of any ticket of a match that is not played as planned; who was inside or refused comes before it. */
const FATE_COMES_FIRST: ReadonlySet<string> = new Set([
  'cancelled',
  'too-early',
  'too-late',
  'good',
]);

function lastRefusalOf(scan: ScanEntry | undefined): LastRefusal | null {
  if (scan === undefined) return null;
  const at = Date.parse(scan.at) as Instant;
  if (scan.annulledAt !== null) return { reason: 'annulled', gate: scan.gate, at };
  return scan.verdict === 'refused' ? { reason: scan.reason, gate: scan.gate, at } : null;
}
