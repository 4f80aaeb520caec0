// One entry of an event is made true at a time. After a cut all lanes bring their journals at once, and each entry
// holds the event's lock until it is durable: a live scan waits for one of them, not for twenty.
import type { ServerContext } from '#server/server-context.ts';

const turns = new WeakMap<ServerContext, Map<number, Promise<unknown>>>();

/** Runs `act` when those before it, of the same event at this node, have ended, however they ended. */
export function inTurn<T>(
  context: ServerContext,
  event: number,
  act: () => Promise<T>,
): Promise<T> {
  const ofEvent = turns.get(context) ?? new Map<number, Promise<unknown>>();
  turns.set(context, ofEvent);
  const mine = (ofEvent.get(event) ?? Promise.resolve()).then(act, act);
  ofEvent.set(event, mine);
  return mine;
}
