/** The same code in front of the same camera is one presentation, not two. */
const SAME_WITHIN_MS = 3_000;

/** Every reader feeds one of these: whatever was read within three seconds before is let fall. */
export class Duplicates {
  #text = '';
  #atMs = Number.NEGATIVE_INFINITY;

  /** Seeing it again keeps it fresh: a ticket left in front of the lens is not scanned for ever. */
  isNew(text: string, nowMs: number): boolean {
    const isSame = text === this.#text && nowMs - this.#atMs < SAME_WITHIN_MS;
    this.#text = text;
    this.#atMs = nowMs;
    return !isSame;
  }
}
