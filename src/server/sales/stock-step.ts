// One step of an event's stock: what is decided while its head is locked, and written together. Everything that
// is recorded is true in memory at once, so that whoever comes next in the same step sees it; when the step
// fails, the memory is thrown away with it.
import type { PoolClient } from 'pg';
import { changesText, type Hold, type StockChange } from './stock-change.ts';
import type { StockMemory } from './stock-memory.ts';
import { askedBefore, type HoldWrite, type SeatWrite, writeStock } from './stock-store.ts';

type HoldState = { readonly isNew: boolean; readonly write: HoldWrite };

export class StockStep {
  readonly client: PoolClient;
  readonly memory: StockMemory;
  /** By the database's clock. */
  readonly now: number;
  readonly #changes: StockChange[] = [];
  /** Seats that were changed, with the hold that each had before. */
  readonly #seats = new Map<number, string | null>();
  readonly #holds = new Map<string, HoldState>();
  readonly #areas = new Map<string, number>();
  #askedBefore: ReadonlySet<string> = new Set();

  constructor(client: PoolClient, memory: StockMemory, now: number) {
    this.client = client;
    this.memory = memory;
    this.now = now;
  }

  get event(): number {
    return this.memory.sale.event;
  }

  get hasChanges(): boolean {
    return this.#changes.length > 0;
  }

  /** Looks which of these made a hold that no memory knows any more: before anything is decided. */
  async learnAsked(requests: readonly string[]): Promise<void> {
    const unknown = requests.filter((request) => this.memory.holdOfRequest(request) === null);
    if (unknown.length === 0) return;
    this.#askedBefore = await askedBefore(this.client, this.event, unknown);
  }

  wasAsked(request: string): boolean {
    return this.#askedBefore.has(request);
  }

  record(change: StockChange): void {
    this.#note(change);
    this.#changes.push(change);
    this.memory.apply(change);
  }

  /** @returns the seats that it changed */
  async write(): Promise<readonly number[]> {
    if (this.#changes.length === 0) return [];
    const { memory } = this;
    const revision = memory.revision + 1;
    const seats = [...this.#seats].map(([seat, previous]): SeatWrite => {
      return { seat, state: memory.stateOf(seat), hold: memory.holderOf(seat), previous };
    });
    const holds = [...this.#holds.values()];
    const areas = [...this.#areas].map(([area, by]) => ({ area, by }));
    await writeStock(this.client, {
      event: this.event,
      revision,
      log: changesText(this.#changes),
      seats,
      newHolds: holds.flatMap(({ isNew, write }) => (isNew ? [write] : [])),
      holds: holds.flatMap(({ isNew, write }) => (isNew ? [] : [write])),
      areas: areas.filter(({ by }) => by !== 0),
    });
    memory.revision = revision;
    return [...this.#seats.keys()];
  }

  #note(change: StockChange): void {
    switch (change.kind) {
      case 'held':
        this.#noteHold(change.hold, 'live', true);
        this.#notePlaces(change.hold.places, 1);
        break;
      case 'kept':
      case 'ordered':
        this.#noteChanged(change);
        break;
      case 'ended':
      case 'sold': {
        const hold = this.#live(change.hold);
        const state = change.kind === 'sold' ? 'sold' : change.as;
        this.#noteHold(hold, state, false);
        this.#notePlaces(hold.places, change.kind === 'sold' ? 0 : -1);
        break;
      }
      case 'returned':
        this.#notePlaces(change.places, -1);
        break;
      case 'blocked':
      case 'unblocked':
        for (const seat of change.seats) this.#noteSeat(seat);
        break;
      default:
        change satisfies never;
    }
  }

  #noteChanged(change: Extract<StockChange, { kind: 'kept' | 'ordered' }>): void {
    const { kind: _, hold: id, ...changed } = change;
    this.#noteHold({ ...this.#live(id), ...changed }, 'live', false);
  }

  #live(id: string): Hold {
    const hold = this.memory.hold(id);
    if (hold === null) throw new Error(`hold ${id} is not live`);
    return hold;
  }

  #noteHold(hold: Hold, state: HoldWrite['state'], isNew: boolean): void {
    const before = this.#holds.get(hold.id);
    this.#holds.set(hold.id, { isNew: before?.isNew ?? isNew, write: { ...hold, state } });
  }

  #notePlaces(places: Hold['places'], sign: 1 | 0 | -1): void {
    for (const { seat, section } of places) {
      if (seat !== null) this.#noteSeat(seat);
      else this.#areas.set(section, (this.#areas.get(section) ?? 0) + sign);
    }
  }

  #noteSeat(seat: number): void {
    if (!this.#seats.has(seat)) this.#seats.set(seat, this.memory.holderOf(seat));
  }
}
