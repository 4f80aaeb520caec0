// Pictures of sections, each in the size it was last needed in. Within a frame only so many milliseconds go into
// painting new ones; until its turn comes, a section is shown by the picture that it has.
import type { Tile } from './paint-tile.ts';

/** Pixels kept in all: 48 MB. */
const PIXELS_MAX = 12_000_000;
const FRAME_BUDGET_MS = 4;
/** A picture this much too small or too large is still good enough while moving. */
const COARSE = Math.SQRT2;

export class TileCache {
  readonly #tiles = new Map<number, Tile>();
  readonly #stale = new Set<number>();
  #pixels = 0;
  #untilMs = 0;
  /** Something waits for the next frame. */
  isBehind = false;

  beginFrame(): void {
    this.#untilMs = performance.now() + FRAME_BUDGET_MS;
    this.isBehind = false;
  }

  /** @param scale - pixels a metre that are wanted */
  get(section: number, scale: number, paint: (scale: number) => Tile): Tile | null {
    const known = this.#tiles.get(section);
    const step = stepOf(scale);
    const isGood = known !== undefined && known.scale === step && !this.#stale.has(section);
    if (known !== undefined) {
      this.#tiles.delete(section);
      this.#tiles.set(section, known);
    }
    if (isGood) return known;
    if (performance.now() > this.#untilMs) {
      this.isBehind = true;
      return known ?? null;
    }
    const made = paint(step);
    this.#put(section, made);
    return made;
  }

  /** What was painted before is wrong in places; null: all of it. */
  spoil(sections: ReadonlySet<number> | null): void {
    for (const section of sections ?? this.#tiles.keys()) this.#stale.add(section);
  }

  #put(section: number, tile: Tile): void {
    this.#drop(section);
    this.#stale.delete(section);
    this.#tiles.set(section, tile);
    this.#pixels += tile.canvas.width * tile.canvas.height;
    for (const oldest of this.#tiles.keys()) {
      if (this.#pixels <= PIXELS_MAX || oldest === section) break;
      this.#drop(oldest);
    }
  }

  #drop(section: number): void {
    const tile = this.#tiles.get(section);
    if (tile === undefined) return;
    this.#pixels -= tile.canvas.width * tile.canvas.height;
    this.#tiles.delete(section);
    // Its memory is given back now, not when somebody collects it.
    tile.canvas.width = 0;
    tile.canvas.height = 0;
  }
}

/** Sizes in steps of √2: a picture is never stretched by more than a fifth. */
function stepOf(scale: number): number {
  return COARSE ** Math.round(Math.log(scale) / Math.log(COARSE));
}
