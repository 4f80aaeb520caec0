// SQL of pledges to come at another time or by another gate. Pledges of one event are made one after the other,
// so that no budget is promised twice; settling goes by the crossings that the gate recorded.
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import {
  type ArrivalOffer,
  creditsFor,
  decidePledge,
  type Entry,
  type Pledge,
} from '#domain/sales/arrival-credit.ts';
import type { MatchEvent } from '#domain/venue/match-event.ts';
import type { ArrivalStanding, ArrivalsSettled, PledgesMade } from '#protocol/arrivals.ts';

/** @param event - its number; its row is locked, so that nobody else pledges meanwhile */
export async function pledgeTickets(
  client: PoolClient,
  event: { readonly number: number; readonly match: MatchEvent },
  offer: ArrivalOffer,
  refs: readonly string[],
  now: Instant,
): Promise<PledgesMade> {
  const { rows } = await client.query<TicketRow>(
    `SELECT t.serial, t.ref, t.type, t.section, t.gates, p.offer
     FROM tickets t LEFT JOIN arrival_pledges p ON p.event = t.event AND p.serial = t.serial
     WHERE t.event = $1 AND t.ref = ANY($2) AND t.status = 'valid'`,
    [event.number, refs],
  );
  let pledgedMinor = await pledgedOf(client, event.number, offer.id);
  const pledged: TicketRow[] = [];
  const refused: PledgesMade['refused'] = [];
  for (const ref of new Set(refs)) {
    const ticket = rows.find((row) => row.ref === ref);
    const reason =
      ticket === undefined
        ? 'no-such-ticket'
        : decidePledge(offer, pledgedMinor, asked(ticket, event.match), now);
    if (ticket !== undefined && reason === null) {
      pledged.push(ticket);
      pledgedMinor += offer.creditMinor;
    } else {
      refused.push({ ticket: ref, reason: reason ?? 'no-such-ticket' });
    }
  }
  await client.query(
    `INSERT INTO arrival_pledges (event, serial, offer, pledged_at, credit_minor)
     SELECT $1, serial, $3, $4, $5 FROM unnest($2::integer[]) AS serial`,
    [event.number, pledged.map(({ serial }) => serial), offer.id, new Date(now), offer.creditMinor],
  );
  return { pledged: pledged.map(({ ref }) => ref), refused };
}

/**
 * Says what each pledge came to, by what is recorded now. Asked again when journals arrived late it adds
 * credits and takes none away.
 */
export async function settlePledges(
  client: PoolClient,
  event: number,
  offers: readonly ArrivalOffer[],
  now: Instant,
): Promise<ArrivalsSettled> {
  const { rows } = await client.query<PledgeRow>(
    `SELECT p.serial, t.ref, p.offer, p.pledged_at, p.credit_minor, p.outcome
     FROM arrival_pledges p JOIN tickets t ON t.event = p.event AND t.serial = p.serial
     WHERE p.event = $1`,
    [event],
  );
  const pledges = rows.map(
    (row): Pledge => ({
      ticket: row.serial,
      offer: row.offer,
      creditMinor: Number(row.credit_minor),
      pledgedAt: row.pledged_at.getTime() as Instant,
    }),
  );
  const credits = creditsFor(offers, pledges, await entriesOf(client, event));
  const known = new Map(rows.map((row) => [row.serial, row]));
  const changed = credits.filter(({ ticket, outcome }) => {
    const before = known.get(ticket)?.outcome ?? null;
    return before !== 'kept' && before !== outcome;
  });
  await client.query(
    `UPDATE arrival_pledges p SET outcome = one.outcome, owed_minor = nullif(one.owed, 0), settled_at = $4
     FROM unnest($2::integer[], $3::text[], $5::bigint[]) AS one (serial, outcome, owed)
     WHERE p.event = $1 AND p.serial = one.serial`,
    [
      event,
      changed.map(({ ticket }) => ticket),
      changed.map(({ outcome }) => outcome),
      new Date(now),
      changed.map(({ owedMinor }) => owedMinor),
    ],
  );
  const isKept = new Set([
    ...rows.filter((row) => row.outcome === 'kept').map(({ serial }) => serial),
    ...changed.filter(({ outcome }) => outcome === 'kept').map(({ ticket }) => ticket),
  ]);
  return {
    settled: changed.length,
    credits: rows
      .filter(({ serial }) => isKept.has(serial))
      .map(({ ref, offer, credit_minor }) => ({
        ...{ ticket: ref, offer, creditMinor: Number(credit_minor) },
      })),
  };
}

export async function standingOf(
  pool: Pool,
  event: number,
  offers: readonly ArrivalOffer[],
): Promise<ArrivalStanding> {
  const { rows } = await pool.query<{
    offer: string;
    outcome: string | null;
    tickets: string;
    minor: string;
  }>(
    `SELECT offer, outcome, count(*) AS tickets, sum(credit_minor) AS minor
     FROM arrival_pledges WHERE event = $1 GROUP BY offer, outcome`,
    [event],
  );
  return {
    offers: offers.map(({ id, budgetMinor }) => {
      const of = rows.filter((row) => row.offer === id);
      const settled = of.filter((row) => row.outcome !== null);
      const sum = (each: typeof rows, part: 'tickets' | 'minor') =>
        each.reduce((total, row) => total + Number(row[part]), 0);
      return {
        id,
        budgetMinor,
        pledged: sum(of, 'tickets'),
        pledgedMinor: sum(of, 'minor'),
        outcomes: Object.fromEntries(settled.map((row) => [row.outcome, Number(row.tickets)])),
        owedMinor: sum(
          of.filter((row) => row.outcome === 'kept'),
          'minor',
        ),
      };
    }),
  };
}

type TicketRow = {
  serial: number;
  ref: string;
  type: string;
  section: string | null;
  gates: string[] | null;
  offer: string | null;
};

type PledgeRow = {
  serial: number;
  ref: string;
  offer: string;
  pledged_at: Date;
  credit_minor: string;
  outcome: string | null;
};

async function pledgedOf(client: PoolClient, event: number, offer: string): Promise<number> {
  const { rows } = await client.query<{ minor: string }>(
    `SELECT coalesce(sum(credit_minor), 0) AS minor FROM arrival_pledges
     WHERE event = $1 AND offer = $2`,
    [event, offer],
  );
  return Number(rows[0]?.minor ?? 0);
}

function asked({ type, section, gates, offer }: TicketRow, match: MatchEvent) {
  const leading = match.sections.find((one) => one.id === section)?.gates ?? [];
  return { type, offer, gates: gates ?? leading };
}

/** Entries of those who pledged, as they stand. */
async function entriesOf(client: PoolClient, event: number): Promise<Entry[]> {
  const { rows } = await client.query<{ serial: number; gate: string; at: string }>(
    `SELECT c.serial, x->>'gate' AS gate, x->>'at' AS at
     FROM claims c
     JOIN arrival_pledges p ON p.event = c.event AND p.serial = c.serial
     CROSS JOIN LATERAL jsonb_array_elements(c.crossings) AS x
     WHERE c.event = $1 AND x->>'direction' = 'in' AND x->>'annulledAt' IS NULL`,
    [event],
  );
  return rows.map(({ serial, gate, at }) => ({
    ticket: serial,
    gate,
    at: Number(at) as Instant,
  }));
}
