// Gathers both sides of the reckoning.
import type { Hub } from '../hub/hub.ts';
import type { Ledger } from '../play/ledger.ts';
import type { Chance } from '../seed/chance.ts';
import { EVENT_ID } from '../seed/event.ts';
import type { SeedTicket } from '../seed/tickets.ts';
import type { Shown, Story } from '../seed/visits.ts';
import {
  type BalanceLine,
  balanceOf,
  type ServerScan,
  type TicketRule,
  type TicketState,
} from './balance.ts';

/** Tickets looked up one by one: all with more than one answer, up to this many, and some others. */
const LOOKED_MAX = 1_000;
const AT_ONCE = 8;

export async function reckon(
  hub: Hub,
  night: {
    readonly tickets: readonly SeedTicket[];
    readonly story: Story;
    readonly ledger: Ledger;
    readonly settled: readonly Shown[];
    readonly chance: Chance;
  },
): Promise<BalanceLine[]> {
  const scans: ServerScan[] = [];
  for await (const scan of hub.scans(EVENT_ID)) scans.push(scan);
  const counts = await hub.counts(EVENT_ID);
  const looked = await lookUp(hub, refsToLookUp(night));
  return balanceOf({
    ledger: night.ledger,
    scans,
    counts,
    rules: new Map(night.tickets.map((ticket) => [ticket.ref, ruleOf(ticket)])),
    cameWith: cameWith(night.tickets, night.story.prepared.blocked, night.settled),
    looked,
  });
}

export function ruleOf({ type, admits }: SeedTicket): TicketRule {
  return { admits, mayReturn: type === 'season', isPass: type === 'staff' || type === 'press' };
}

/**
 * People who showed a ticket that lets them in, by ticket. A copy in other hands takes the place of its
 * holder, and whoever comes back takes their own again: never more than the ticket is for.
 */
export function cameWith(
  tickets: readonly SeedTicket[],
  blocked: readonly string[],
  settled: readonly Shown[],
): Map<string, number> {
  const good = new Map(
    tickets
      .filter((ticket) => ticket.status === 'valid' && !blocked.includes(ticket.ref))
      .map((ticket) => [ticket.ref, ticket.admits]),
  );
  const came = new Map<string, number>();
  for (const shown of settled) {
    if (!(shown.kind === 'code' || shown.kind === 'foreign' || shown.kind === 'card')) continue;
    const admits = good.get(shown.ref);
    if (admits === undefined) continue;
    came.set(shown.ref, Math.min(admits, (came.get(shown.ref) ?? 0) + 1));
  }
  return came;
}

function refsToLookUp({ ledger, tickets, chance }: Parameters<typeof reckon>[1]): string[] {
  const answers = new Map<string, number>();
  for (const { ticketRef } of ledger.entries) {
    if (ticketRef !== null) answers.set(ticketRef, (answers.get(ticketRef) ?? 0) + 1);
  }
  const eventful = [...answers].filter(([, n]) => n > 1).map(([ref]) => ref);
  const others = tickets.map((ticket) => ticket.ref);
  const half = LOOKED_MAX / 2;
  return [...new Set([...chance.some(eventful, half), ...chance.some(others, half)])];
}

async function lookUp(hub: Hub, refs: readonly string[]): Promise<TicketState[]> {
  const states: TicketState[] = [];
  let next = 0;
  const worker = async () => {
    for (let ref = refs[next++]; ref !== undefined; ref = refs[next++]) {
      states.push({ ref, inside: (await hub.ticket(EVENT_ID, ref)).inside });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return states;
}
