// Decides what waits for a stock, one after the other, in the step that holds its head.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Turn, Waiting } from './stock-line.ts';

/** So long nobody else has the thread. */
const DECIDING_MS = 3;

/** @returns the answers, in the order in which they were asked */
export async function decideAll(turn: Turn, batch: readonly Waiting[]): Promise<unknown[]> {
  const { memory } = turn.step;
  // A request that comes again after its hold has ended would break the step for all, and cost the memory with it.
  await turn.step.learnAsked(batch.flatMap(({ ask }) => ask?.request ?? []));
  await turn.book.load(batch.flatMap(({ ask }) => ask?.orders?.(memory) ?? []));
  const answers: unknown[] = [];
  let since = performance.now();
  for (const { ask } of batch) {
    answers.push(ask?.decide(turn));
    if (performance.now() - since < DECIDING_MS) continue;
    // Scans of another match wait for the same thread; nobody else touches this memory meanwhile.
    await nextTurn();
    since = performance.now();
  }
  for (const [index, { work }] of batch.entries()) {
    if (work !== null) answers[index] = await work(turn);
  }
  return answers;
}
