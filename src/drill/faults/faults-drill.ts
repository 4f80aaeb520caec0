/**
 * A match evening on which everything breaks in turn: hub, boxes, cables, and a network that is slow rather
 * than dead. Twenty lanes scan on, fifty times a second. Held to account: every scan gets its verdict in time,
 * nothing is lost, nobody enters twice exactly, and whoever entered twice provisionally is named.
 */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DrillClient } from '#drill/drill-client.ts';
import { codeOf, refOf } from '#drill/small-match.ts';
import { type Books, balance, type Conflicts, type HubScan } from './books.ts';
import { LaneProgram, type Presented } from './lane-program.ts';
import { type FaultPace, faultPace, type Pace, paceOf } from './pace.ts';
import { BOXES, Venue } from './venue.ts';

export const LANES = 20;
const SCANS_PER_SECOND = 50;
/** One in so many is a copy of a ticket that was shown before, at another lane. */
const COPY_EVERY = 10;
/** Twenty programs that start at once on one machine are no gate before each has run for a while. */
const WARM_ROUNDS = 5;
const VERDICT_MS_MAX = 60_000;
const SETTLED_MS_MAX = 60_000;
const SLOWEST_TOLD = 5;

export type Fault = {
  readonly name: string;
  readonly strike: (venue: Venue) => Promise<void> | void;
  readonly mend: (venue: Venue) => Promise<void> | void;
};

const cutAll = (venue: Venue, kind: 'cut' | 'whole') => {
  for (const wire of [...venue.lanesWires, venue.upward]) wire.become({ kind });
};

export const FAULTS: readonly Fault[] = [
  { name: 'hub killed', strike: (venue) => venue.kill('hub'), mend: (venue) => venue.start('hub') },
  ...BOXES.map((box) => ({
    name: `${box} killed`,
    strike: (venue: Venue) => venue.kill(box),
    mend: (venue: Venue) => venue.start(box),
  })),
  {
    name: 'both boxes killed',
    strike: async (venue) => {
      await Promise.all(BOXES.map((box) => venue.kill(box)));
    },
    mend: async (venue) => {
      for (const box of BOXES) await venue.start(box);
    },
  },
  {
    name: 'network cut',
    strike: (venue) => cutAll(venue, 'cut'),
    mend: (venue) => cutAll(venue, 'whole'),
  },
  {
    name: 'answers take 5 s',
    strike: (venue) => {
      for (const wire of [...venue.lanesWires, venue.upward])
        wire.become({ kind: 'slow', ms: 5_000 });
    },
    mend: (venue) => cutAll(venue, 'whole'),
  },
];

export type FaultsReport = {
  readonly control: Pace;
  readonly faults: readonly FaultPace[];
  readonly books: Books;
};

export type FaultsOptions = {
  readonly dir: string;
  readonly faults: readonly Fault[];
  readonly controlMs: number;
  readonly faultMs: number;
  readonly healMs: number;
  readonly say: (line: string) => void;
};

export async function runFaultsDrill(options: FaultsOptions): Promise<FaultsReport> {
  const { faults, controlMs, faultMs, healMs, say } = options;
  const seconds = (controlMs * 2 + faults.length * (faultMs + healMs * 2)) / 1_000;
  const tickets = Math.ceil((seconds + SETTLED_MS_MAX / 1_000) * SCANS_PER_SECOND) * 2;
  await using venue = await Venue.open(options.dir, { tickets, lanes: LANES });
  using crowd = new Crowd(venue, options.dir);
  await crowd.warmUp(venue);
  crowd.start();
  await delay(controlMs / 2);
  const control = paceOf(await crowd.during(controlMs));
  say(`control: ${lineOf(control)}`);
  const struck: { readonly name: string; readonly at: number; readonly mendedAt: number }[] = [];
  for (const fault of faults) {
    const at = crowd.now();
    await fault.strike(venue);
    await delay(faultMs);
    await fault.mend(venue);
    struck.push({ name: fault.name, at, mendedAt: crowd.now() });
    await delay(healMs);
    await crowd.untilExact(venue, healMs);
    say(`${fault.name}: mended, and every lane is answered exactly`);
  }
  await crowd.end();
  // Only now: whoever waited longest was answered last. Nobody is left out between two faults.
  const paces = struck.map(({ name, at, mendedAt }, index) => {
    const until = struck[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const scans = crowd.between(at, until);
    const pace = faultPace(name, scans, control, at);
    say(
      `${name}: first ${Math.round(pace.firstMs)} ms, ${lineOf(pace.afterwards)}, ` +
        `${pace.provisional} provisional${pace.isPassed ? '' : '  FAILED'}`,
    );
    if (!pace.isPassed) for (const line of slowestOf(scans, mendedAt)) say(line);
    return pace;
  });
  const books = await booksOf(venue, crowd);
  return { control, faults: paces, books };
}

function lineOf(pace: Pace): string {
  return `${pace.scans} scans, p99 ${Math.round(pace.p99Ms)} ms, longest ${Math.round(pace.longestMs)} ms`;
}

/** For whoever has to find out what the slowest waited for. */
function slowestOf(scans: readonly Presented[], mendedAt: number): string[] {
  const slowest = scans.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST_TOLD);
  return slowest
    .sort((a, b) => a.at - b.at)
    .map(({ lane, at, ms, shown }) => {
      const seconds = ((at - mendedAt) / 1_000).toFixed(2);
      return `  ${seconds} s after it was mended, lane ${lane}: ${Math.round(ms)} ms, ${shown.verdict} by ${shown.rung}`;
    });
}

/** Twenty lanes and the people before them. */
class Crowd implements Disposable {
  readonly presented: Presented[] = [];
  readonly lanes: readonly LaneProgram[];
  readonly #tickets: number;
  #next = 0;
  #shown = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor({ match, addresses }: Venue, dir: string) {
    this.#tickets = match.codes.length;
    this.lanes = match.lanes.map(
      (lane, number) =>
        new LaneProgram(
          number,
          lane,
          { urls: addresses, journal: path.join(dir, `lane-${number}.sqlite`) },
          (presented) => this.presented.push(presented),
        ),
    );
  }

  /** Doors open when every lane has the whole list and has shown a verdict, as at a real gate. */
  async warmUp(venue: Venue): Promise<void> {
    await venue.untilListed();
    for (let round = 0; round < WARM_ROUNDS; round += 1) {
      for (const lane of this.lanes) lane.present(++this.#next, codeOf(this.#next));
      await this.#untilShown();
    }
  }

  start(): void {
    const startedAt = performance.now();
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) * SCANS_PER_SECOND) / 1_000);
      while (this.#shown < due && this.#timer !== null) this.#present();
    }, 5);
  }

  now(): number {
    return performance.now();
  }

  since(at: number): Presented[] {
    return this.presented.filter((scan) => scan.at >= at);
  }

  /** Whose verdicts came between the two: whoever waits when the next fault strikes waits for that one. */
  between(from: number, to: number): Presented[] {
    return this.presented.filter(({ at, ms }) => at + ms >= from && at + ms < to);
  }

  async during(ms: number): Promise<Presented[]> {
    const since = this.now();
    await delay(ms);
    return this.since(since);
  }

  /** Until no lane decides alone any more. */
  async untilExact(venue: Venue, pollMs: number): Promise<void> {
    for (const deadline = this.now() + SETTLED_MS_MAX; this.now() < deadline; ) {
      const scans = await this.during(pollMs / 2);
      if (scans.length > 0 && scans.every(({ shown }) => shown.verdict !== 'provisional')) return;
    }
    const alone = this.lanes.find(({ said }) => said.length > 0);
    throw new Error(
      [
        'lanes go on deciding alone, though everything is mended',
        ...(await venue.tells()),
        `a lane: ${alone?.said.slice(-4).join(' | ') ?? 'nothing said'}`,
      ].join('\n'),
    );
  }

  async end(): Promise<void> {
    this.#rest();
    await this.#untilShown();
    const codes = await Promise.all(this.lanes.map(async (lane) => await lane.end()));
    const failed = codes.findIndex((code) => code !== 0);
    const lane = this.lanes[failed];
    if (lane !== undefined) {
      throw new Error(`lane ${failed} ended with ${codes[failed]}: ${lane.said.join(' · ')}`);
    }
  }

  [Symbol.dispose](): void {
    this.#rest();
    for (const lane of this.lanes) lane.kill();
  }

  async #untilShown(): Promise<void> {
    const deadline = this.now() + VERDICT_MS_MAX;
    while (this.lanes.some((lane) => lane.waiting > 0)) {
      if (this.now() > deadline) throw new Error('codes were left without a verdict');
      await delay(50);
    }
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #present(): void {
    const number = this.#shown++;
    const isCopy = number % COPY_EVERY === COPY_EVERY - 1;
    // A drill that could not settle goes on for longer than it has people; that is told where it is noticed.
    if (!isCopy && this.#next >= this.#tickets) {
      this.#rest();
      return;
    }
    // A copy is of a ticket shown a second ago, at a lane on the other side of the ground.
    const ticket = isCopy ? Math.max(1, this.#next - SCANS_PER_SECOND) : ++this.#next;
    const lane = this.lanes[(number * 7) % this.lanes.length];
    lane?.present(ticket, codeOf(ticket));
  }
}

async function booksOf(venue: Venue, crowd: Crowd): Promise<Books> {
  const { hub, match } = venue;
  using admin = await DrillClient.open(hub.url, 2, hub.adminToken);
  const ask = async <T>(what: string) =>
    await admin.ask<T>({
      method: 'GET',
      path: `/api/v1/events/${match.eventId}/${what}`,
      token: hub.adminToken,
    });
  const deviceOf = (lane: number) => crowd.lanes[lane]?.deviceId ?? '';
  for (const deadline = performance.now() + SETTLED_MS_MAX; ; ) {
    const books = balance(crowd.presented, deviceOf, await scansOf(ask), await conflictsOf(ask));
    // Boxes carry up what they took in; that takes a moment after the last lane has ended.
    if (books.wrongs.length === 0 || performance.now() > deadline) return books;
    await delay(1_000);
  }
}

type Ask = <T>(what: string) => Promise<T>;

async function scansOf(ask: Ask): Promise<HubScan[]> {
  const scans: HubScan[] = [];
  for (let after: string | null = '0'; after !== null; ) {
    const page: { scans: HubScan[]; next: string | null } = await ask(
      `scans?limit=1000&after=${after}`,
    );
    scans.push(...page.scans);
    after = page.next;
  }
  return scans;
}

async function conflictsOf(ask: Ask): Promise<Conflicts> {
  const { conflicts } = await ask<{ conflicts: { ticketRef: string | null }[] }>('conflicts');
  const found = new Map<number, number>();
  for (const { ticketRef } of conflicts) {
    const serial = Number(ticketRef?.slice(refOf(0).indexOf('-') + 1));
    found.set(serial, (found.get(serial) ?? 0) + 1);
  }
  return found;
}
