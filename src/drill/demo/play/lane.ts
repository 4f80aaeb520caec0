// One enrolled lane: shows one code at a time to the server and waits for the verdict.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Direction } from '#domain/entry/verdict.ts';
import type { LaneKind } from '#domain/venue/match-event.ts';
import { Connection, NoAnswerError, type Response } from '#drill/load/connection.ts';
import { type ScanAnswer, scanAnswer } from '#protocol/scans.ts';
import { entryOf, type Ledger, type LedgerEntry } from './ledger.ts';
import type { Party } from './party.ts';

export type LanePlace = {
  readonly device: string;
  readonly token: string;
  readonly gate: string;
  readonly lane: string;
  readonly kind: LaneKind;
};

const ATTEMPTS_MAX = 100;
const PAUSE_MS = 200;
const ANSWER_MAX_MS = 10_000;
/** One scan in so many is sent again, as a lane does whose radio swallowed the answer. */
const REPEAT_EVERY = 97;

export class Lane {
  readonly place: LanePlace;
  /** Who stands before the reader. */
  party: Party | null = null;
  isWaiting = false;
  /** When the one before the reader will have passed, minutes of the match. */
  freeAtMin = Number.NEGATIVE_INFINITY;
  readonly #connection: Connection;
  readonly #ledger: Ledger;
  #scans = 0;
  #isClosed = false;

  constructor(url: string, place: LanePlace, ledger: Ledger) {
    this.place = place;
    this.#ledger = ledger;
    this.#connection = new Connection(url, { token: place.token, timeoutMs: ANSWER_MAX_MS });
  }

  /** @throws Error when the server refuses the request itself, or answers nothing for too long */
  async present(
    code: string,
    direction: Direction,
    confirms: string | null,
    nowMin: () => number,
  ): Promise<{ readonly answer: ScanAnswer; readonly entry: LedgerEntry }> {
    this.#scans += 1;
    const body = {
      scanId: `${this.place.lane}.${this.#scans}`,
      code,
      direction,
      scannedAt: new Date().toISOString(),
      lane: this.place.lane,
      ...(confirms === null ? {} : { confirms }),
    };
    const text = await this.#ask(body);
    if (this.#scans % REPEAT_EVERY === 0) {
      this.#ledger.repeated += 1;
      if ((await this.#ask(body)) !== text) this.#ledger.repeatedOtherwise += 1;
    }
    const answer = scanAnswer.parse(JSON.parse(text));
    const entry = entryOf(this.place, direction, answer);
    this.#ledger.write(entry, nowMin());
    return { answer, entry };
  }

  /** Whatever has no answer yet gets none. */
  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  /** The same scan until it is answered: no answer is not an answer. */
  async #ask(body: object): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send(body);
      if (response?.status === 200) {
        this.#ledger.answers.add(response.ms);
        return response.body;
      }
      const isOver =
        this.#isClosed || attempt >= ATTEMPTS_MAX || (response !== null && response.status < 500);
      if (isOver) {
        const said = response === null ? 'no answer' : `${response.status} ${response.body}`;
        throw new Error(`lane ${this.place.lane}: ${said}`);
      }
      this.#ledger.resent += 1;
      await sleep(PAUSE_MS);
    }
  }

  async #send(body: object): Promise<Response | null> {
    try {
      return await this.#connection.request({ path: '/api/v1/scans', body });
    } catch (error) {
      if (error instanceof NoAnswerError) return null;
      throw error;
    }
  }
}
