// Draws a ground of any size on one canvas. From afar sections are areas, filled by what is left of them; nearer
// they are pictures of their seats, painted once and copied. It draws only when something has changed.
import { SEAT_FREE } from '#protocol/shop.ts';
import { type Camera, cameraOver, kept, meet, shownBox, zoomedAt } from './camera.ts';
import {
  type Drawing,
  drawPlate,
  drawRowNames,
  drawSeatNumbers,
  drawSectionName,
  drawStandNames,
  type MapWords,
  type RowMark,
  rowMarks,
  sectionPlate,
} from './map-labels.ts';
import { addShape, fits, paintTile, type SeatFilter } from './paint-tile.ts';
import { cornersOf, looksOf } from './price-looks.ts';
import type { PlanSection, SeatPlan } from './seat-plan.ts';
import type { SeatStock } from './seat-stock.ts';
import { TileCache } from './tile-cache.ts';

/** From here on seats are told apart: four pixels each. */
export const SEATS_FROM_SCALE = 7;
export const ANY_SEAT: SeatFilter = { categories: null, flags: 0, together: 1 };

type Ink = 'ground' | 'fg' | 'quiet' | 'line' | 'accent' | 'raised';
type Inks = Readonly<Record<Ink | 'family', string>>;

export class MapView {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #plan: SeatPlan;
  readonly #stock: SeatStock;
  readonly #words: MapWords;
  readonly #tiles = new TileCache();
  readonly #rowMarks = new Map<number, RowMark[]>();
  readonly #stopWatching: () => void;
  #camera: Camera = { x: 0, y: 0, scale: 1 };
  #size = { width: 1, height: 1 };
  #dots = 1;
  #frame = 0;
  #inks: Inks = inksOf();
  #filter: SeatFilter = ANY_SEAT;
  #chosen: ReadonlySet<number> = new Set();
  isDark = false;

  constructor(canvas: HTMLCanvasElement, plan: SeatPlan, stock: SeatStock, words: MapWords) {
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('this browser draws no canvas');
    [this.#canvas, this.#context, this.#words] = [canvas, context, words];
    [this.#plan, this.#stock] = [plan, stock];
    this.#stopWatching = stock.watch((sections) => {
      this.#tiles.spoil(sections);
      this.#ask();
    });
    this.resize();
    this.showAll();
  }

  stop(): void {
    this.#stopWatching();
    cancelAnimationFrame(this.#frame);
  }

  get camera(): Camera {
    return this.#camera;
  }

  get size() {
    return this.#size;
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#dots = Math.min(devicePixelRatio, 2);
    this.#size = { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
    this.#canvas.width = Math.round(this.#size.width * this.#dots);
    this.#canvas.height = Math.round(this.#size.height * this.#dots);
    this.moveTo(this.#camera);
  }

  /** Colours of the page, after its theme has changed. */
  look(isDark: boolean): void {
    this.isDark = isDark;
    this.#inks = inksOf();
    this.#tiles.spoil(null);
    this.#ask();
  }

  filter(filter: SeatFilter): void {
    this.#filter = filter;
    this.#tiles.spoil(null);
    this.#ask();
  }

  choose(seats: ReadonlySet<number>): void {
    this.#chosen = seats;
    this.#ask();
  }

  moveTo(camera: Camera): void {
    const least = cameraOver(this.#plan.box, this.#size).scale;
    this.#camera = kept({ ...camera, scale: Math.max(least, camera.scale) }, this.#plan.box);
    this.#ask();
  }

  panBy(dx: number, dy: number): void {
    const { x, y, scale } = this.#camera;
    this.moveTo({ x: x - dx / scale, y: y - dy / scale, scale });
  }

  zoom(factor: number, px = this.#size.width / 2, py = this.#size.height / 2): void {
    const least = cameraOver(this.#plan.box, this.#size).scale;
    this.moveTo(zoomedAt(this.#camera, this.#size, factor, px, py, least));
  }

  showAll(): void {
    this.moveTo(cameraOver(this.#plan.box, this.#size));
  }

  /** As large as it goes, and at least so that its seats are seen. */
  showSection({ box }: PlanSection): void {
    const camera = cameraOver(box, this.#size);
    this.moveTo({ ...camera, scale: Math.max(camera.scale, SEATS_FROM_SCALE * 1.2) });
  }

  #ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const context = this.#context;
    const { x, y, scale } = this.#camera;
    const { width, height } = this.#size;
    this.#tiles.beginFrame();
    context.setTransform(this.#dots, 0, 0, this.#dots, 0, 0);
    context.fillStyle = this.#inks.ground;
    context.fillRect(0, 0, width, height);
    const grow = this.#dots * scale;
    const [dx, dy] = [width / 2 / scale - x, height / 2 / scale - y];
    context.setTransform(grow, 0, 0, grow, grow * dx, grow * dy);
    this.#drawPitch();
    const shown = shownBox(this.#camera, this.#size);
    const sections = this.#plan.sections.filter(({ box }) => meet(box, shown));
    for (const section of sections) this.#drawArea(section);
    if (scale >= SEATS_FROM_SCALE) for (const section of sections) this.#drawSeats(section);
    context.setTransform(this.#dots, 0, 0, this.#dots, 0, 0);
    this.#drawNames(sections);
    context.setTransform(grow, 0, 0, grow, grow * dx, grow * dy);
    for (const seat of this.#chosen) this.#drawChosen(seat);
    if (this.#tiles.isBehind) this.#ask();
  }

  #drawPitch(): void {
    const { length, width } = this.#plan.layout.pitch;
    const context = this.#context;
    context.strokeStyle = this.#inks.line;
    context.lineWidth = 1.5 / this.#camera.scale;
    context.beginPath();
    context.rect(-width / 2, -length / 2, width, length);
    context.moveTo(-width / 2, 0);
    context.lineTo(width / 2, 0);
    context.moveTo(9.15, 0);
    context.arc(0, 0, 9.15, 0, Math.PI * 2);
    context.stroke();
  }

  #drawArea(section: PlanSection): void {
    const context = this.#context;
    const { outline, index, categories, source } = section;
    context.beginPath();
    for (let i = 0; i < outline.length; i += 2) {
      if (i === 0) context.moveTo(outline[0] ?? 0, outline[1] ?? 0);
      else context.lineTo(outline[i] ?? 0, outline[i + 1] ?? 0);
    }
    context.closePath();
    const isFar = this.#camera.scale < SEATS_FROM_SCALE || source.kind === 'standing';
    const [category] = categories;
    const left = this.#stock.leftIn(index);
    if (isFar && category !== undefined && left > 0) {
      const isAsked = categories.some((each) => this.#filter.categories?.has(each) ?? true);
      context.fillStyle = looksOf(category, this.isDark).colour;
      context.globalAlpha = isAsked ? 0.82 : 0.16;
    } else {
      context.fillStyle = isFar ? this.#inks.line : this.#inks.raised;
    }
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = isFar ? this.#inks.ground : this.#inks.line;
    context.lineWidth = 1 / this.#camera.scale;
    context.stroke();
  }

  #drawSeats(section: PlanSection): void {
    if (section.source.kind !== 'seats') return;
    const wanted = this.#camera.scale * this.#dots;
    const colours = { isDark: this.isDark, taken: this.#inks.quiet };
    const tile = this.#tiles.get(section.index, wanted, (scale) =>
      paintTile(this.#plan, this.#stock, section, scale, this.#filter, colours),
    );
    if (tile === null) return;
    const { canvas, scale, left, top } = tile;
    this.#context.drawImage(canvas, left, top, canvas.width / scale, canvas.height / scale);
  }

  #drawChosen(seat: number): void {
    const { seats } = this.#plan;
    const context = this.#context;
    const [x, y] = [seats.x[seat] ?? 0, seats.y[seat] ?? 0];
    const r = Math.max(0.24, 5 / this.#camera.scale);
    context.beginPath();
    context.fillStyle = this.#inks.accent;
    context.strokeStyle = this.#inks.fg;
    context.lineWidth = r * 0.22;
    const { shape } = looksOf(seats.category[seat] ?? 0, this.isDark);
    addShape(context, cornersOf(shape), [x, y], r * 1.1);
    context.fill();
    context.stroke();
    context.beginPath();
    context.moveTo(x - r * 0.45, y);
    context.lineTo(x - r * 0.1, y + r * 0.35);
    context.lineTo(x + r * 0.45, y - r * 0.35);
    context.stroke();
  }

  #drawNames(sections: readonly PlanSection[]): void {
    const { family } = this.#inks;
    const drawing = { context: this.#context, camera: this.#camera, size: this.#size, family };
    const isFar = this.#camera.scale < SEATS_FROM_SCALE;
    if (isFar) drawStandNames(drawing, this.#plan, this.#words, this.#inks);
    for (const section of sections) {
      if (isFar || section.source.kind === 'standing') {
        const isLeft = this.#stock.leftIn(section.index) > 0;
        drawSectionName(drawing, section, isLeft ? this.#inks.ground : this.#inks.quiet);
      } else {
        this.#drawSeatNames(drawing, section);
      }
    }
  }

  #drawSeatNames(drawing: Drawing, section: PlanSection): void {
    const isOpen = (seat: number) =>
      this.#stock.codes[seat] === SEAT_FREE &&
      (this.#plan.seats.category[seat] ?? -1) >= 0 &&
      fits(this.#plan, this.#stock, this.#filter, seat);
    const plate = sectionPlate(drawing, section);
    drawSeatNumbers(drawing, this.#plan, section, isOpen, this.#inks.ground);
    drawRowNames(drawing, this.#marksOf(section), this.#words, plate, this.#inks.quiet);
    if (plate !== null) drawPlate(drawing, plate, this.#inks);
  }

  #marksOf(section: PlanSection): readonly RowMark[] {
    const known = this.#rowMarks.get(section.index);
    if (known !== undefined) return known;
    const made = rowMarks(this.#plan, section);
    this.#rowMarks.set(section.index, made);
    return made;
  }
}

function inksOf(): Inks {
  const style = getComputedStyle(document.documentElement);
  const ink = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: ink('ground'),
    fg: ink('fg'),
    quiet: ink('quiet'),
    line: ink('line'),
    accent: ink('accent'),
    raised: ink('raised'),
    family: getComputedStyle(document.body).fontFamily,
  };
}
