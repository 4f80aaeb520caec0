// What the lane tells its steward beside verdicts: in passing, what has changed; until it is put away, what
// somebody must have read.
import type { Late } from '#lane/late.ts';
import type { NoticeKind } from '#lane/words.ts';
import type { DeviceIdentity } from '../device/vault.ts';
import { Watched } from '../observable.ts';
import type { Notice, Telling } from './session-shapes.ts';

const NOTICE_SHOWN_MS = 12_000;

export class Announcements {
  readonly notices = new Watched<readonly Notice[]>([]);
  readonly tellings = new Watched<readonly Telling[]>([]);
  readonly #identity: DeviceIdentity;
  #lastId = 0;

  constructor(identity: DeviceIdentity) {
    this.#identity = identity;
  }

  announce(kind: NoticeKind, detail: string): void {
    // Told with its seat, and for longer.
    if (kind === 'admittedThenRefused') return;
    const notice = { id: this.#nextId(), kind, detail };
    // What is said of the rung replaces what was said of it before.
    this.notices.set([...this.notices.get().filter((each) => each.kind !== kind), notice]);
    setTimeout(() => {
      this.notices.set(this.notices.get().filter(({ id }) => id !== notice.id));
    }, NOTICE_SHOWN_MS);
  }

  /** Admitted here by this phone alone, and refused above: the steward knows whom to look for. */
  hearLate({ shown, isConflict }: Late): void {
    if (!isConflict) return;
    const { ticket, scanId } = shown;
    const place = [ticket?.section, ticket?.row, ticket?.seat].filter((part) => part != null);
    const seat = place.length > 0 ? place.join('-') : (ticket?.ref ?? scanId);
    this.#tell('late.conflict', { seat });
  }

  /** A joining code, shown to a phone that has a lane already. */
  ignoreOffer(): void {
    const { lane, gate } = this.#identity;
    this.#tell('offer.ignored', { lane: lane ?? gate });
  }

  putAway(id: number): void {
    this.tellings.set(this.tellings.get().filter((telling) => telling.id !== id));
  }

  #tell(words: Telling['words'], values: Telling['values']): void {
    const told = JSON.stringify(values);
    const others = this.tellings
      .get()
      .filter((each) => each.words !== words || JSON.stringify(each.values) !== told);
    this.tellings.set([...others, { id: this.#nextId(), words, values }]);
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}
