// Brings what the stream says has changed: match, controls, list, everyone's crossings.
import { parseInstant } from '#domain/kernel/instant.ts';
import type { StreamEvent } from './event-stream.ts';
import type { FeedDeps } from './feed.ts';
import { Hearing } from './hearing.ts';
import { causeOf, Revoked } from './replies.ts';
import { refreshSelf } from './self.ts';
import { downloadList } from './ticket-list-download.ts';

const REQUEST_TIMEOUT_MS = 5_000;

export class Updates {
  readonly #deps: FeedDeps;
  readonly #path: string;
  readonly #event: string;
  readonly #stop: AbortSignal;
  readonly #hearing: Hearing;
  #isListStale = true;
  #listing: Promise<void> | null = null;

  constructor(deps: FeedDeps, event: string, stop: AbortSignal) {
    this.#deps = deps;
    this.#event = event;
    this.#path = `/api/v1/events/${encodeURIComponent(event)}`;
    this.#stop = stop;
    this.#hearing = new Hearing(deps.hub, deps.ports.list, event, stop);
  }

  async everything(): Promise<void> {
    const { hub, knowledge } = this.#deps;
    const bring = (path: string, learn: (body: unknown) => Promise<unknown>) =>
      hub.first({ path }, REQUEST_TIMEOUT_MS, this.#stop, learn);
    await bring(this.#path, knowledge.learnEvent);
    await bring(`${this.#path}/controls`, (body) => knowledge.learnControls(body, 'asked'));
    this.#isListStale = true;
    await this.#bringList();
    await this.#hearing.catchUp();
  }

  /** Also what no event tells of: a corrected match file, a clock that drifts. */
  async refresh(): Promise<void> {
    await refreshSelf(this.#deps, this.#stop);
    await this.everything();
  }

  apply(event: StreamEvent): void {
    switch (event.name) {
      case 'controls':
        this.inBackground(this.#deps.knowledge.learnControls(parsed(event.data), 'stream'));
        return;
      case 'list':
        this.#isListStale = true;
        this.inBackground(this.#bringList());
        return;
      case 'claims':
        this.inBackground(this.#hearing.hear(parsed(event.data)));
        return;
      case 'revoked':
        throw new Revoked('the server has revoked this device');
      default:
        this.#deps.onOther(event);
    }
  }

  /** The stream speaks, and has not said that the list has changed: so it has not. */
  onLife(): void {
    const { knowledge, clock } = this.#deps;
    if (!this.#isListStale) this.inBackground(knowledge.listIsCurrent(clock.now()));
  }

  inBackground(work: Promise<unknown>): void {
    work.catch((error) => {
      if (this.#stop.aborted) return;
      if (error instanceof Revoked) this.#deps.onRevoked();
      else this.#deps.tell(causeOf(error));
    });
  }

  /** One download at a time; a change during it starts another. */
  #bringList(): Promise<void> {
    this.#listing ??= this.#download().finally(() => {
      this.#listing = null;
    });
    return this.#listing;
  }

  async #download(): Promise<void> {
    const { hub, ports, knowledge, clock, onList } = this.#deps;
    try {
      while (this.#isListStale) {
        this.#isListStale = false;
        const asOf = await downloadList(hub, this.#event, ports, this.#stop);
        await knowledge.listIsCurrent(parseInstant(asOf) ?? clock.now());
        onList();
      }
    } catch (error) {
      this.#isListStale = true;
      throw error;
    }
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new Error('the event stream sent what is not JSON');
  }
}
