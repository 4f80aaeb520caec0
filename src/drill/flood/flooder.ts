// Whoever asks ten times what can be served: a program of its own, of the lowest priority, so that what it costs
// is not taken from the server that it asks. Told what to do in one line of JSON, it answers with another.
import { text } from 'node:stream/consumers';
import { Connection } from '#drill/load/connection.ts';
import type { RawResponse } from '#drill/load/response-reader.ts';
import { ASKING, type FloodTally, type FloodWish } from './flood-wish.ts';

const TURN_MS = 4;
/** Longer than the server lets anybody wait. */
const ANSWER_WITHIN_MS = 15_000;

async function flood({
  url,
  requests,
  perSecond,
  ms,
  connections,
}: FloodWish): Promise<FloodTally> {
  const tally = new Tally();
  const free: Connection[] = [];
  for (let at = 0; at < connections; at++) {
    const connection = new Connection(url, { timeoutMs: ANSWER_WITHIN_MS, keepsBodies: false });
    await connection.open();
    free.push(connection);
  }
  process.stdout.write(`${ASKING}\n`);
  const all = [...free];
  const bytes = requests.map((request) => (all[0] as Connection).bytesOf(request));
  const underway = new Set<Promise<void>>();
  const startedAt = performance.now();
  let asked = 0;
  const send = (connection: Connection) => {
    const work = tally.ask(connection, bytes[asked % bytes.length] ?? '').finally(() => {
      underway.delete(work);
      free.push(connection);
      // As fast as answers come, when no rate is named.
      if (perSecond === null && performance.now() - startedAt < ms) sendNext();
    });
    asked += 1;
    underway.add(work);
  };
  const sendNext = () => {
    const connection = free.shift();
    if (connection === undefined) tally.unsent += 1;
    else send(connection);
  };
  if (perSecond === null) for (const _ of all) sendNext();
  while (performance.now() - startedAt < ms) {
    if (perSecond !== null) {
      const due = ((performance.now() - startedAt) * perSecond) / 1_000;
      while (asked + tally.unsent < due) sendNext();
    }
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await Promise.race([Promise.all(underway), new Promise((resolve) => setTimeout(resolve, 2_000))]);
  for (const connection of all) connection.close();
  return { ...tally.counts(), seconds };
}

class Tally {
  unsent = 0;
  #served = 0;
  #shed = 0;
  #unnamed = 0;
  #refused = 0;
  #lost = 0;
  #retryMin = Number.POSITIVE_INFINITY;
  #retryMax = 0;

  async ask(connection: Connection, bytes: Uint8Array | string): Promise<void> {
    try {
      this.#count(await connection.send(bytes));
    } catch {
      this.#lost += 1;
    }
  }

  #count({ status, headers }: RawResponse): void {
    if (status < 300) this.#served += 1;
    else if (status === 503) {
      const seconds = Number(headers.get('retry-after') ?? Number.NaN);
      if (!Number.isInteger(seconds) || seconds < 1) this.#unnamed += 1;
      else {
        this.#shed += 1;
        this.#retryMin = Math.min(this.#retryMin, seconds);
        this.#retryMax = Math.max(this.#retryMax, seconds);
      }
    } else this.#refused += 1;
  }

  counts(): Omit<FloodTally, 'seconds'> {
    return {
      served: this.#served,
      shed: this.#shed,
      shedWithoutTime: this.#unnamed,
      refused: this.#refused,
      lost: this.#lost,
      unsent: this.unsent,
      retryAfterS: this.#shed === 0 ? null : [this.#retryMin, this.#retryMax],
    };
  }
}

const wish = JSON.parse(await text(process.stdin)) as FloodWish;
process.stdout.write(JSON.stringify(await flood(wish)));
process.exit(0);
