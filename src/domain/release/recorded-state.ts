// What was known at each revision of a recorded match, put together from what was recorded, never from what this
// version would have decided: so that one difference does not become a hundred.
import type { Crossing } from '#domain/entry/crossings.ts';
import { CLOCKS_APART_MAX_MINUTES, meteredMinute } from '#domain/entry/metering.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { Controls } from '#domain/venue/controls.ts';
import { type Ground, scopesCrossed } from '#domain/venue/match-event.ts';
import type { ClaimPlace, RecordedChange, RecordedScan, Recording } from './recording.ts';
import { Timeline } from './timeline.ts';

export type Minute = { readonly minute: number; readonly entered: ReadonlyMap<string, number> };
const NO_MINUTE: Minute = { minute: 0, entered: new Map() };

export class RecordedState {
  readonly #recording: Recording;
  readonly #crossings = new Map<string, Timeline<readonly Crossing[]>>();
  readonly #inside = new Map<string, Timeline<number>>();
  readonly #minutes = new Timeline<Minute>();
  readonly #hasMeter: boolean;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#hasMeter = recording.controls.some(({ controls }) =>
      controls.holds.some(({ kind }) => kind === 'meter'),
    );
    this.#play();
  }

  groundFor(revision: number): Ground {
    const { grounds } = this.#recording;
    const found = grounds.findLast(({ from }) => from < revision) ?? grounds[0];
    if (found === undefined) throw new Error('a recording has a ground');
    return found.ground;
  }

  controlsFor(revision: number): Controls {
    const { controls } = this.#recording;
    const found = controls.findLast(({ from }) => from < revision) ?? controls[0];
    if (found === undefined) throw new Error('a recording has controls');
    return found.controls;
  }

  ticketFor(serial: number, revision: number): Ticket | null {
    const versions = this.#recording.tickets.get(serial) ?? [];
    const found = versions.find(({ through }) => through === null || through >= revision);
    return found?.ticket ?? null;
  }

  crossingsAt(place: ClaimPlace, revision: number): readonly Crossing[] {
    return this.#crossings.get(placeKey(place))?.at(revision) ?? [];
  }

  /** Every state that the crossings of this ticket there have been in, the first one first. */
  crossingsEver(place: ClaimPlace): readonly (readonly Crossing[])[] {
    return this.#crossings.get(placeKey(place))?.all() ?? [];
  }

  insideAt(scope: string, revision: number): number {
    return this.#inside.get(scope)?.at(revision) ?? 0;
  }

  minuteAt(revision: number): Minute {
    return this.#minutes.at(revision) ?? NO_MINUTE;
  }

  /** Where a scan that let somebody through was counted. */
  scopesOf(scan: RecordedScan): readonly string[] {
    const ticket = scan.serial === null ? null : this.ticketFor(scan.serial, scan.revision);
    if (ticket === null) return [];
    const ground = this.groundFor(scan.revision);
    return scopesCrossed(ground, ticket.section, scan.gate, ticket.stand);
  }

  #play(): void {
    const { scans, changes, controls } = this.#recording;
    const epochs = controls.filter(
      ({ entryEpoch }, index) => entryEpoch > (controls[index - 1]?.entryEpoch ?? entryEpoch),
    );
    let change = 0;
    let epoch = 0;
    const upTo = (revision: number) => {
      for (;;) {
        const next = changes[change];
        const begins = epochs[epoch];
        const isChange = next !== undefined && next.revision < revision;
        const isEpoch = begins !== undefined && begins.from < revision;
        if (isChange && (!isEpoch || next.revision <= begins.from)) {
          this.#change(next);
          change += 1;
        } else if (isEpoch) {
          this.#clear(begins.from);
          epoch += 1;
        } else return;
      }
    };
    for (const batch of batchesOf(scans)) {
      for (const scan of batch) {
        upTo(scan.revision);
        this.#scan(scan);
      }
      if (this.#hasMeter) this.#count(batch);
    }
    upTo(Number.POSITIVE_INFINITY);
  }

  #scan(scan: RecordedScan): void {
    if (!hasCrossed(scan)) return;
    const { revision } = scan;
    const timeline = this.#crossingsOf(scan);
    timeline.push(revision, [...(timeline.last() ?? []), crossingOf(scan)]);
    for (const scope of this.scopesOf(scan)) this.#add(scope, revision, scan.inside);
  }

  #change({ revision, place, crossings, scopes, inside }: RecordedChange): void {
    if (place !== null && crossings !== null) this.#crossingsOf(place).push(revision, crossings);
    for (const scope of scopes) this.#add(scope, revision, inside);
  }

  #crossingsOf(place: ClaimPlace | RecordedScan): Timeline<readonly Crossing[]> {
    const key = placeKey({ ...place, serial: place.serial ?? 0 });
    const known = this.#crossings.get(key);
    if (known !== undefined) return known;
    const timeline = new Timeline<readonly Crossing[]>();
    this.#crossings.set(key, timeline);
    return timeline;
  }

  #add(scope: string, revision: number, inside: number): void {
    const timeline = this.#inside.get(scope) ?? new Timeline<number>();
    this.#inside.set(scope, timeline);
    timeline.push(revision, (timeline.last() ?? 0) + inside);
  }

  /** Everybody is counted anew. */
  #clear(revision: number): void {
    for (const timeline of this.#inside.values()) timeline.push(revision, 0);
    this.#minutes.push(revision, { ...(this.#minutes.last() ?? NO_MINUTE), entered: new Map() });
  }

  /** As the claim store counts: on in the minute it is in, unless the batch’s has begun. */
  #count(batch: readonly RecordedScan[]): void {
    const [first] = batch;
    const last = batch.at(-1);
    if (first?.basis == null || last === undefined) return;
    const minute = meteredMinute(this.minuteAt(first.basis.readAt).minute, timeOf(batch));
    const before = this.#minutes.last() ?? NO_MINUTE;
    const apart = before.minute - minute;
    const goesOn = apart >= 0 && apart <= CLOCKS_APART_MAX_MINUTES;
    const entered = new Map(goesOn ? before.entered : []);
    for (const scan of batch.filter((each) => hasCrossed(each) && each.direction === 'in')) {
      for (const scope of this.scopesOf(scan)) entered.set(scope, (entered.get(scope) ?? 0) + 1);
    }
    this.#minutes.push(last.revision, { minute: goesOn ? before.minute : minute, entered });
  }
}

/** Scans that were decided together, each group in order. */
export function batchesOf(scans: readonly RecordedScan[]): RecordedScan[][] {
  const batches: RecordedScan[][] = [];
  for (const scan of scans) {
    const batch = batches.at(-1);
    const from = batch?.[0]?.basis?.batchFrom;
    if (batch !== undefined && from !== undefined && from === scan.basis?.batchFrom) {
      batch.push(scan);
    } else batches.push([scan]);
  }
  return batches;
}

/** The clock of the batch: each scan’s own time is that, or later by what its ticket did before. */
export function timeOf(batch: readonly RecordedScan[]): Instant {
  return Math.min(...batch.map(({ decidedAt }) => decidedAt)) as Instant;
}

/** Whether it wrote a crossing as it was decided; what was taken up later is among the changes. */
export function hasCrossed(scan: RecordedScan): boolean {
  return scan.found !== null && scan.verdict === 'admitted' && scan.serial !== null;
}

export function crossingOf(scan: RecordedScan): Crossing {
  const { device, scanId, gate, lane, decidedAt: at, direction } = scan;
  return { device, scan: scanId, gate, lane, at, direction, isExact: true, annulledAt: null };
}

export function placeKey({ entryEpoch, checkpoint, serial }: ClaimPlace): string {
  return `${entryEpoch}/${checkpoint}/${serial}`;
}
