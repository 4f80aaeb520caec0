// What is done to one event waits in one line at a node, and goes together in one transaction: however many ask at
// once, each event has one batch under way.

const BATCH_MAX = 200;

type Waiting<Item, Answer> = {
  readonly item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};

export class EventLines<Item, Answer> {
  readonly #work: (event: number, items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #waiting = new Map<number, Waiting<Item, Answer>[]>();
  readonly #atWork = new Map<number, Promise<void>>();

  /** @param work - all of them or, when it throws, none; one answer for each, in their order */
  constructor(work: (event: number, items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.#work = work;
  }

  add(event: number, item: Item): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const line = this.#waiting.get(event) ?? [];
    line.push({ item, resolve, reject });
    this.#waiting.set(event, line);
    if (!this.#atWork.has(event)) this.#atWork.set(event, this.#pump(event));
    return promise;
  }

  /** Waits for what is under way. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.#atWork.values());
  }

  async #pump(event: number): Promise<void> {
    for (;;) {
      const batch = (this.#waiting.get(event) ?? []).splice(0, BATCH_MAX);
      if (batch.length === 0) break;
      await this.#run(event, batch);
    }
    this.#waiting.delete(event);
    this.#atWork.delete(event);
  }

  /** One that cannot be done must not hold up the others. */
  async #run(event: number, batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#work(
        event,
        batch.map(({ item }) => item),
      );
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error);
      for (const one of batch) await this.#run(event, [one]);
    }
  }
}
