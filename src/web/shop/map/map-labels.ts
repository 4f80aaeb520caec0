// What is written on the map, always upright enough to be read and never more than there is room for: stands and
// sections from afar; nearer the rows in their aisles, the numbers on the seats, and which section one is in.
import { type Box, type Camera, type Size, shownBox, toScreen } from './camera.ts';
import { type PlanSection, type SeatPlan, sectionHas } from './seat-plan.ts';

export type MapWords = {
  readonly stand: (id: string) => string;
  readonly row: (id: string) => string;
};

/** A place for the name of a row: metres, and how much room there is along the row. */
export type RowMark = {
  readonly x: number;
  readonly y: number;
  readonly row: string;
  readonly room: number;
};

export type Drawing = {
  readonly context: CanvasRenderingContext2D;
  readonly camera: Camera;
  readonly size: Size;
  /** CSS font families of the page. */
  readonly family: string;
};

/** A name on a plate, in pixels from its middle. */
type Plate = {
  readonly word: string;
  readonly px: number;
  readonly py: number;
  readonly wide: number;
};

const PLATE_PX = 22;
const SECTION_FROM_PX = 26;
/** Beyond the outermost seat of a row, in metres. */
const BESIDE_ROW = 0.55;
const ROOM_BESIDE_ROW = 0.7;
const NARROW_AISLE = 0.7;
const ROWS_FROM_SCALE = 24;
const NUMBERS_FROM_SCALE = 44;
/** From here on three digits fit on a seat. */
const LONG_NUMBERS_FROM_SCALE = 64;
const INSET_PX = 11;

/** Names of stands stand on the pitch, along the side that they are at. */
export function drawStandNames(
  drawing: Drawing,
  plan: SeatPlan,
  words: MapWords,
  inks: { readonly quiet: string; readonly ground: string },
): void {
  const { context, camera, size } = drawing;
  const half = { x: plan.layout.pitch.width / 2, y: plan.layout.pitch.length / 2 };
  const inset = INSET_PX / camera.scale;
  const named = new Set<string>();
  write(drawing, '600 12px', inks.quiet);
  for (const { id, x, y } of standCentres(plan)) {
    const isBeside = Math.abs(x) / half.x > Math.abs(y) / half.y;
    const side = `${isBeside} ${Math.sign(isBeside ? x : y)}`;
    const word = words.stand(id);
    const long = context.measureText(word).width + 8;
    const room = (isBeside ? half.y : half.x) * 2 * camera.scale - 4 * INSET_PX;
    // One name a side: a second one would be written over the first.
    if (named.has(side) || long > room) continue;
    named.add(side);
    const { px, py } = isBeside
      ? toScreen(camera, size, Math.sign(x) * (half.x - inset), 0)
      : toScreen(camera, size, 0, Math.sign(y) * (half.y - inset));
    context.save();
    context.translate(px, py);
    const isUpright = HAN.test(word);
    if (isBeside && !isUpright) context.rotate((Math.sign(x) * Math.PI) / 2);
    const isColumn = isBeside && isUpright;
    context.fillStyle = inks.ground;
    if (isColumn) context.fillRect(-8, -long / 2, 16, long);
    else context.fillRect(-long / 2, -8, long, 16);
    context.fillStyle = inks.quiet;
    if (isColumn) writeDown(context, word);
    else context.fillText(word, 0, 0);
    context.restore();
  }
}

/** Chinese goes down a side sign by sign; letters are turned. */
const HAN = /^\p{Script=Han}+$/u;
const LINE_PX = 14;

function writeDown(context: CanvasRenderingContext2D, word: string): void {
  const signs = [...word];
  for (const [place, sign] of signs.entries()) {
    context.fillText(sign, 0, (place - (signs.length - 1) / 2) * LINE_PX);
  }
}

export function drawSectionName(drawing: Drawing, { box, source }: PlanSection, ink: string): void {
  const { context, camera, size } = drawing;
  const wide = Math.min(box.right - box.left, box.bottom - box.top) * camera.scale;
  if (wide < SECTION_FROM_PX) return;
  const { px, py } = toScreen(camera, size, ...middleOf(box));
  write(drawing, wide < 40 ? '600 10px' : '600 12px', ink);
  context.fillText(source.id, px, py);
}

/** Over its seats stands which section these are: null where there is no room for it. */
export function sectionPlate(drawing: Drawing, section: PlanSection): Plate | null {
  const { context, camera, size } = drawing;
  const { box, source } = section;
  const shown = shownBox(camera, size);
  const [left, right] = [Math.max(box.left, shown.left), Math.min(box.right, shown.right)];
  const [top, bottom] = [Math.max(box.top, shown.top), Math.min(box.bottom, shown.bottom)];
  write(drawing, '600 12px', '');
  const wide = context.measureText(source.id).width + 14;
  const isSmall = (bottom - top) * camera.scale < 3 * PLATE_PX;
  if (isSmall || (right - left) * camera.scale < wide + 8) return null;
  const [x, y] = [(left + right) / 2, top + (PLATE_PX / 2 + 6) / camera.scale];
  if (!sectionHas(section, x, y)) return null;
  return { word: source.id, wide, ...toScreen(camera, size, x, y) };
}

export function drawPlate(
  drawing: Drawing,
  { word, px, py, wide }: Plate,
  inks: { readonly fg: string; readonly ground: string },
): void {
  const { context } = drawing;
  write(drawing, '600 12px', inks.fg);
  context.beginPath();
  context.roundRect(px - wide / 2, py - PLATE_PX / 2, wide, PLATE_PX, 4);
  context.fill();
  context.fillStyle = inks.ground;
  context.fillText(word, px, py);
}

/** @param plate - nothing is written half under it */
export function drawRowNames(
  drawing: Drawing,
  marks: readonly RowMark[],
  words: MapWords,
  plate: Plate | null,
  ink: string,
): void {
  const { context, camera, size } = drawing;
  if (camera.scale < ROWS_FROM_SCALE) return;
  const shown = shownBox(camera, size);
  write(drawing, '500 11px', ink);
  for (const { x, y, row, room } of marks) {
    if (x < shown.left || x > shown.right || y < shown.top || y > shown.bottom) continue;
    const { px, py } = toScreen(camera, size, x, y);
    if (plate !== null && isUnder(plate, px, py)) continue;
    const whole = words.row(row);
    const fits = (word: string) => context.measureText(word).width + 4 < room * camera.scale;
    const word = fits(whole) ? whole : row;
    if (fits(word)) context.fillText(word, px, py);
  }
}

function isUnder(plate: Plate, px: number, py: number): boolean {
  return Math.abs(px - plate.px) < plate.wide && Math.abs(py - plate.py) < PLATE_PX;
}

/** @param isOpen - whether a seat is drawn in full, so that its number can be read on it */
export function drawSeatNumbers(
  drawing: Drawing,
  plan: SeatPlan,
  { first, end }: PlanSection,
  isOpen: (seat: number) => boolean,
  ink: string,
): void {
  const { context, camera, size } = drawing;
  if (camera.scale < NUMBERS_FROM_SCALE) return;
  const shown = shownBox(camera, size);
  const { x: xs, y: ys, names } = plan.seats;
  const lettersMax = camera.scale < LONG_NUMBERS_FROM_SCALE ? 2 : 3;
  write(drawing, '600 10px', ink);
  for (let seat = first; seat < end; seat += 1) {
    const [x, y, name] = [xs[seat] ?? 0, ys[seat] ?? 0, names[seat] ?? ''];
    if (x < shown.left || x > shown.right || y < shown.top || y > shown.bottom) continue;
    if (name.length > lettersMax || !isOpen(seat)) continue;
    const { px, py } = toScreen(camera, size, x, y);
    context.fillText(name, px, py);
  }
}

/** Before the first seat of a row, in each aisle, and after the last; never outside the section. */
export function rowMarks(plan: SeatPlan, section: PlanSection): RowMark[] {
  const { source, first, end } = section;
  if (source.kind !== 'seats') return [];
  const { x: xs, y: ys, row: rows, aisleAfter } = plan.seats;
  const marks: RowMark[] = [];
  const at = (seat: number) => [xs[seat] ?? 0, ys[seat] ?? 0] as const;
  const mark = (seat: number, x: number, y: number, room: number) => {
    const row = source.rows[rows[seat] ?? -1]?.id ?? '';
    if (sectionHas(section, x, y)) marks.push({ x, y, row, room });
  };
  const beside = (seat: number, inner: number) => {
    const [x, y] = at(seat);
    const [ix, iy] = at(inner);
    const length = Math.hypot(x - ix, y - iy) || 1;
    const [ux, uy] = [(x - ix) / length, (y - iy) / length];
    mark(seat, x + ux * BESIDE_ROW, y + uy * BESIDE_ROW, ROOM_BESIDE_ROW);
  };
  for (let seat = first; seat < end; seat += 1) {
    const isFirst = seat === first || rows[seat - 1] !== rows[seat];
    const isLast = seat === end - 1 || rows[seat + 1] !== rows[seat];
    if (isFirst && !isLast) beside(seat, seat + 1);
    if (isLast && !isFirst) beside(seat, seat - 1);
    if (isLast || aisleAfter[seat] !== 1) continue;
    const [[x, y], [nx, ny]] = [at(seat), at(seat + 1)];
    const gap = Math.hypot(nx - x, ny - y);
    if (gap >= NARROW_AISLE) mark(seat, (x + nx) / 2, (y + ny) / 2, gap - 0.4);
  }
  return marks;
}

function write({ context, family }: Drawing, size: string, ink: string): void {
  context.font = `${size} ${family}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = ink;
}

function* standCentres({ layout, sections }: SeatPlan) {
  for (const { id } of layout.stands) {
    const own = sections.filter(({ source }) => source.stand === id);
    if (own.length === 0) continue;
    const middles = own.map(({ box }) => middleOf(box));
    const mean = (axis: 0 | 1) => middles.reduce((sum, each) => sum + each[axis], 0) / own.length;
    yield { id, x: mean(0), y: mean(1) };
  }
}

function middleOf({ left, right, top, bottom }: Box): readonly [number, number] {
  return [(left + right) / 2, (top + bottom) / 2];
}
