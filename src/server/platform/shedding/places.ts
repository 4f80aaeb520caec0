// Places that requests have taken in their lines, given back once.

const places = new WeakMap<object, () => void>();

/** @param raw - the response of the request, whose end gives the place back */
export function takePlace(raw: NodeJS.EventEmitter, giveBack: () => void): void {
  places.set(raw, giveBack);
  raw.once('close', () => leavePlace(raw));
}

/** Gives the place of a request back, if it has one. */
export function leavePlace(raw: object): void {
  const giveBack = places.get(raw);
  places.delete(raw);
  giveBack?.();
}
