// Taking a crossing back: compare-and-set under the claim's row lock, leaving a tombstone.
import type { PoolClient } from 'pg';
import {
  type AnnulRefusal,
  annulCrossing,
  type Crossing,
  foldCrossings,
  insideOf,
} from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { scopesCrossed } from '#domain/venue/match-event.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Principal } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';
import type { OpenEvent } from './catalogue.ts';
import { TICKET_COLUMNS, type TicketRow, ticketOf } from './ticket-row.ts';

type Annulled = { readonly outcome: 'annulled' | 'already-annulled'; readonly at: Instant };

export async function annulScan(
  context: ServerContext,
  principal: Principal | null,
  ask: { readonly device: string; readonly scanId: string; readonly cause: string },
): Promise<Annulled> {
  context.storeState.servingEpoch();
  return context.acts.do<Annulled>(principal, async (client) => {
    const scan = await lockScan(client, ask.device, ask.scanId);
    const annulled = scan === null ? null : scan.annulled_at;
    if (annulled !== null) {
      return {
        result: { outcome: 'already-annulled', at: annulled.getTime() as Instant },
        act: null,
      };
    }
    if (scan === null || scan.serial === null || !CROSSED.has(scan.verdict)) {
      throw refused('no-such-crossing');
    }
    const at = context.now();
    const event = await context.catalogue.get(scan.event);
    await takeBack(client, event, scan, scan.serial, at);
    await client.query('UPDATE scans SET annulled_at = $3 WHERE device = $1 AND scan_id = $2', [
      ask.device,
      ask.scanId,
      new Date(at),
    ]);
    const detail = { cause: ask.cause, gate: scan.gate, serial: scan.serial };
    return {
      result: { outcome: 'annulled', at },
      act: { act: 'scan.annulled', subject: `${ask.device}/${ask.scanId}`, detail },
    };
  });
}

const CROSSED = new Set(['admitted', 'provisional']);

type ScanRow = {
  device: string;
  scan_id: string;
  event: number;
  entry_epoch: number;
  checkpoint: string;
  serial: number | null;
  gate: string;
  verdict: string;
  annulled_at: Date | null;
};

async function lockScan(
  client: PoolClient,
  device: string,
  scanId: string,
): Promise<ScanRow | null> {
  const { rows } = await client.query<ScanRow>(
    `SELECT device, scan_id, event, entry_epoch, checkpoint, serial, gate, verdict, annulled_at
     FROM scans WHERE device = $1 AND scan_id = $2 FOR UPDATE`,
    [device, scanId],
  );
  return rows[0] ?? null;
}

async function takeBack(
  client: PoolClient,
  event: OpenEvent,
  scan: ScanRow,
  serial: number,
  at: Instant,
): Promise<void> {
  // The head before the claim, as every commit of claims does: no two can wait for each other.
  await client.query('SELECT 1 FROM claim_heads WHERE event = $1 FOR UPDATE', [scan.event]);
  const key = [scan.event, scan.entry_epoch, scan.checkpoint, serial];
  const claim = await client.query<{ crossings: Crossing[] }>(
    `SELECT crossings FROM claims
     WHERE event = $1 AND entry_epoch = $2 AND checkpoint = $3 AND serial = $4 FOR UPDATE`,
    key,
  );
  const ticket = await client.query<TicketRow>(
    `SELECT ${TICKET_COLUMNS} FROM tickets WHERE event = $1 AND serial = $2`,
    [scan.event, serial],
  );
  const before = claim.rows[0]?.crossings;
  const row = ticket.rows[0];
  if (before === undefined || row === undefined) throw refused('no-such-crossing');
  const crossing = before.find((each) => isOf(each, scan));
  if (crossing === undefined) throw refused('no-such-crossing');
  const after = annulCrossing(before, crossing.device, crossing.scan, at);
  if (typeof after === 'string') throw refused(after);
  const rules = rulesFor(event.ground, ticketOf(row));
  const change = insideOf(foldCrossings(after, rules)) - insideOf(foldCrossings(before, rules));
  const scopes = scopesCrossed(event.ground, row.section, scan.gate, row.stand);
  const delta = [...event.scopeIndex.keys()].map((scope) => (scopes.includes(scope) ? change : 0));
  const { rows } = await client.query<{ revision: string }>(
    `UPDATE claim_heads h SET revision = revision + 1,
       inside = (SELECT array_agg(x.a + coalesce(x.d, 0) ORDER BY x.o)
                 FROM unnest(h.inside, $2::integer[]) WITH ORDINALITY AS x (a, d, o))
     WHERE h.event = $1 RETURNING h.revision`,
    [scan.event, delta],
  );
  await client.query(
    `UPDATE claims SET crossings = $5, previous = revision, revision = $6
     WHERE event = $1 AND entry_epoch = $2 AND checkpoint = $3 AND serial = $4`,
    [...key, JSON.stringify(after), rows[0]?.revision],
  );
}

function isOf(crossing: Crossing, scan: ScanRow): boolean {
  return crossing.device === scan.device && crossing.scan === scan.scan_id;
}

const WORDS: Readonly<Record<AnnulRefusal, string>> = {
  'no-such-crossing': 'this scan let nobody through',
  'already-annulled': 'this scan was annulled before',
  'too-late': 'more than 15 minutes have passed',
  'crossed-since': 'the ticket has crossed again since',
};

function refused(refusal: AnnulRefusal): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `${refusal}: ${WORDS[refusal]}`,
    mend: 'send the holder to the service desk',
  });
}
