// What the night came to, from what was stored, not from what screens showed.

import type { PoolClient } from 'pg';
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import { type Peak, peakOf } from '#domain/monitoring/night.ts';
import type { NightReport } from '#protocol/desk.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { iso } from '#server/platform/clock.ts';
import { onSnapshot } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { DESK_DEVICE } from './admission.ts';
import { unheardDevices } from './heard-out.ts';

const QUARTER_MINUTES = 15;

export async function nightReport(context: ServerContext, event: OpenEvent): Promise<NightReport> {
  return onSnapshot(context.pool, async (client) => {
    const scans = await readScans(client, event);
    const tickets = await readTickets(client, event);
    const minutes = await readMinutes(client, event);
    const { id, name, startsAt, venue } = event.ground.event;
    const all = minutesOf(minutes, null);
    const isOver = event.status === 'closed' || event.status === 'archived';
    const place = { number: event.number, id, isOver };
    const unheard = await unheardDevices(client, place, context.now());
    return {
      event: { id, name, startsAt: iso(startsAt), timeZone: venue.timeZone },
      writtenAt: iso(context.now()),
      isFinal:
        isOver &&
        unheard.every(({ writtenOff }) => writtenOff !== null) &&
        !(await isReplaying(client, event)),
      unheard,
      tickets: { sold: tickets.sold, used: tickets.used, unused: tickets.sold - tickets.used },
      people: {
        sold: tickets.people,
        admitted: sum(
          scans,
          ({ verdict, direction }) => verdict !== 'refused' && direction === 'in',
        ),
        left: sum(scans, ({ verdict, direction }) => verdict !== 'refused' && direction === 'out'),
        inside: await readInside(client, event),
      },
      entries: {
        exact: sum(scans, (each) => each.verdict === 'admitted' && each.direction === 'in'),
        provisional: sum(
          scans,
          (each) => each.verdict === 'provisional' && each.direction === 'in',
        ),
        byHand: sum(scans, (each) => each.is_desk && each.direction === 'in'),
        withoutTicket: sum(
          scans,
          (each) => each.is_desk && each.no_ticket && each.direction === 'in',
        ),
        annulled: await readAnnulled(client, event),
      },
      refused: refusedOf(scans),
      forged: sum(scans, ({ reason }) => reason === 'forged'),
      peaks: {
        minute: peakAt(all, 1),
        quarter: peakAt(all, QUARTER_MINUTES),
      },
      gates: event.ground.event.gates.map((gate) => ({
        gate: gate.id,
        name: gate.name,
        admitted: sum(
          scans,
          (each) => each.gate === gate.id && each.verdict !== 'refused' && each.direction === 'in',
        ),
        refused: sum(scans, (each) => each.gate === gate.id && each.verdict === 'refused'),
        peakMinute: peakAt(minutesOf(minutes, gate.id), 1),
      })),
      conflicts: await readConflicts(client, event),
      desk: await readDesk(client, id),
      cash: await readCash(client, event),
    };
  });
}

type ScanSum = {
  gate: string;
  direction: 'in' | 'out';
  verdict: string;
  reason: string | null;
  is_desk: boolean;
  no_ticket: boolean;
  n: string;
  people: string;
};

/** Referred scans are neither in nor refused: what became of them is another scan. */
async function readScans(client: PoolClient, event: OpenEvent): Promise<ScanSum[]> {
  const { rows } = await client.query<ScanSum>(
    `SELECT gate, direction, verdict, reason, device = $2 AS is_desk, serial IS NULL AS no_ticket,
       count(*) AS n,
       sum(CASE WHEN device = $2 AND serial IS NULL THEN abs(inside) ELSE 1 END) AS people
     FROM scans WHERE event = $1 AND annulled_at IS NULL AND verdict <> 'referred'
     GROUP BY gate, direction, verdict, reason, is_desk, no_ticket`,
    [event.number, DESK_DEVICE],
  );
  return rows;
}

function sum(scans: readonly ScanSum[], of: (scan: ScanSum) => boolean): number {
  return scans.reduce((total, scan) => total + (of(scan) ? Number(scan.people) : 0), 0);
}

function refusedOf(scans: readonly ScanSum[]): NightReport['refused'] {
  const refused: Record<string, number> = {};
  for (const { verdict, reason, n } of scans) {
    if (verdict !== 'refused' || reason === null) continue;
    refused[reason] = (refused[reason] ?? 0) + Number(n);
  }
  return refused;
}

async function readTickets(client: PoolClient, event: OpenEvent) {
  const { rows } = await client.query<{
    type: string;
    admits: number | null;
    n: string;
    used: string;
  }>(
    `SELECT t.type, t.admits, count(*) AS n,
       count(*) FILTER (WHERE EXISTS (
         SELECT 1 FROM claims c WHERE c.event = t.event AND c.serial = t.serial
           AND c.crossings @> '[{"direction": "in", "annulledAt": null}]')) AS used
     FROM tickets t WHERE t.event = $1 AND t.status = 'valid' GROUP BY t.type, t.admits`,
    [event.number],
  );
  const { types } = event.ground;
  const usual = event.ground.event.entry.admits;
  const totals = { sold: 0, used: 0, people: 0 };
  for (const { type, admits, n, used } of rows) {
    totals.sold += Number(n);
    totals.used += Number(used);
    totals.people += Number(n) * (admits ?? types.get(type)?.entry.admits ?? usual);
  }
  return totals;
}

type MinuteRow = { gate: string; minute: string; n: string };

async function readMinutes(client: PoolClient, event: OpenEvent): Promise<MinuteRow[]> {
  const { rows } = await client.query<MinuteRow>(
    `SELECT gate, floor(extract(epoch FROM decided_at) / 60) AS minute, count(*) AS n
     FROM scans WHERE event = $1 AND annulled_at IS NULL AND direction = 'in'
       AND verdict IN ('admitted', 'provisional') GROUP BY gate, minute`,
    [event.number],
  );
  return rows;
}

type Minutes = { readonly first: number; readonly counts: readonly number[] };
/** A lane whose clock is wrong by days must not make a table of a million empty minutes. */
const MINUTES_MAX = 24 * 60;

function minutesOf(rows: readonly MinuteRow[], gate: string | null): Minutes {
  const own = rows.filter((row) => gate === null || row.gate === gate);
  const first = own.reduce((min, { minute }) => Math.min(min, Number(minute)), Number.MAX_VALUE);
  const counts: number[] = [];
  for (const { minute, n } of own) {
    const at = Number(minute) - first;
    if (at >= MINUTES_MAX) continue;
    while (counts.length <= at) counts.push(0);
    counts[at] = (counts[at] ?? 0) + Number(n);
  }
  return { first, counts };
}

function peakAt({ first, counts }: Minutes, length: number) {
  const peak: Peak = peakOf(counts, length);
  const from = peak.people === 0 ? null : iso((first + peak.fromMinute) * MINUTE_MS);
  return { people: peak.people, from };
}

async function readInside(client: PoolClient, event: OpenEvent): Promise<number> {
  const { rows } = await client.query<{ inside: number[] }>(
    'SELECT inside FROM claim_heads WHERE event = $1',
    [event.number],
  );
  return rows[0]?.inside[event.scopeIndex.get('ground') ?? 0] ?? 0;
}

async function readAnnulled(client: PoolClient, event: OpenEvent): Promise<number> {
  const { rows } = await client.query<{ n: string }>(
    'SELECT count(*) AS n FROM scans WHERE event = $1 AND annulled_at IS NOT NULL',
    [event.number],
  );
  return Number(rows[0]?.n ?? 0);
}

async function readConflicts(client: PoolClient, event: OpenEvent) {
  const { rows } = await client.query<{ all: number; open: number; settled: number }>(
    `SELECT count(*)::int AS all,
       count(*) FILTER (WHERE resolved_at IS NULL AND settled_as IS NULL)::int AS open,
       count(*) FILTER (WHERE settled_as IS NOT NULL)::int AS settled
     FROM conflicts WHERE event = $1`,
    [event.number],
  );
  const { all = 0, open = 0, settled = 0 } = rows[0] ?? {};
  return { all, open, settled, dissolved: all - open - settled };
}

async function readDesk(client: PoolClient, eventId: string) {
  const { rows } = await client.query<{ act: string; n: number }>(
    `SELECT act, count(*)::int AS n FROM audit
     WHERE act IN ('ticket.reissued', 'ticket.blocked', 'ticket.unblocked')
       AND starts_with(subject, $1) GROUP BY act`,
    [`${eventId}/`],
  );
  const of = (act: string) => rows.find((row) => row.act === act)?.n ?? 0;
  return {
    reissued: of('ticket.reissued'),
    blocked: of('ticket.blocked'),
    unblocked: of('ticket.unblocked'),
  };
}

async function readCash(client: PoolClient, event: OpenEvent) {
  const { rows } = await client.query<{ currency: string; minor: string }>(
    'SELECT currency, sum(minor) AS minor FROM cash_entries WHERE event = $1 GROUP BY currency ORDER BY 1',
    [event.number],
  );
  return rows.map(({ currency, minor }) => ({ currency, minor: Number(minor) }));
}

/** Something that lanes have sent is still to be made true. */
async function isReplaying(client: PoolClient, event: OpenEvent): Promise<boolean> {
  const { rows } = await client.query<{ waits: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM journal_entries WHERE event = $1 AND applied_at IS NULL) AS waits`,
    [event.number],
  );
  return rows[0]?.waits !== false;
}
