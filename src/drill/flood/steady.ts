// What goes on beside the scans: lanes send their journals and ask for news of the list, and one person in the
// control room looks at the controls and once holds a gate.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DrillClient, type Lane } from '#drill/drill-client.ts';
import type { Request } from '#drill/load/connection.ts';
import { Histogram } from '#drill/load/histogram.ts';
import type { ServerProcess } from '#drill/server-process.ts';
import type { SmallMatch } from '#drill/small-match.ts';

export type Answered = {
  readonly asked: number;
  readonly answered: number;
  readonly p99Ms: number;
};

export type Steady = {
  readonly journal: Answered;
  readonly list: Answered;
  readonly control: Answered;
};

const EVERY_MS = { journal: 100, list: 200, control: 250 };

export async function goOn(server: ServerProcess, match: SmallMatch, ms: number): Promise<Steady> {
  using client = await DrillClient.open(server.url, 12);
  const event = `/api/v1/events/${match.eventId}`;
  const token = server.adminToken;
  const laneAt = (at: number) => match.lanes[at % match.lanes.length] as Lane;
  const [journal, list, control] = await Promise.all([
    every(EVERY_MS.journal, ms, client, (at) => ({
      path: '/api/v1/journal',
      token: laneAt(at).token,
      body: journalOf(),
    })),
    every(EVERY_MS.list, ms, client, (at) => ({
      method: 'GET',
      path: `${event}/list?limit=1`,
      token: laneAt(at).token,
    })),
    every(EVERY_MS.control, ms, client, () => ({
      method: 'GET',
      path: `${event}/controls`,
      token,
    })),
  ]);
  return { journal, list, control };
}

function journalOf(): object {
  const at = new Date().toISOString();
  return {
    journalId: randomUUID(),
    entries: [{ seq: 1, kind: 'counted', direction: 'in', people: 1, rung: 'visual', at }],
  };
}

async function every(
  everyMs: number,
  ms: number,
  client: DrillClient,
  next: (at: number) => Request,
): Promise<Answered> {
  const latency = new Histogram();
  const underway: Promise<void>[] = [];
  let answered = 0;
  const startedAt = performance.now();
  let asked = 0;
  while (performance.now() - startedAt < ms) {
    const askedAt = performance.now();
    underway.push(
      client.tryAsk(next(asked)).then((answer) => {
        latency.add(performance.now() - askedAt);
        if (answer?.status === 200) answered += 1;
      }),
    );
    asked += 1;
    await pause(everyMs);
  }
  await Promise.all(underway);
  return { asked, answered, p99Ms: latency.quantileMs(0.99) };
}
