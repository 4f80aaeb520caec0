// The seats of one section as a picture of its own: painted once for a size, then only copied, frame by frame.
import { SEAT_FREE } from '#protocol/shop.ts';
import { cornersOf, looksOf } from './price-looks.ts';
import type { PlanSection, SeatPlan } from './seat-plan.ts';
import type { SeatStock } from './seat-stock.ts';

/** What the buyer asks to see: everything else is drawn faint. */
export type SeatFilter = {
  readonly categories: ReadonlySet<number> | null;
  /** Bits of the layout's flags, one of which a seat must have; 0: any seat. */
  readonly flags: number;
  /** Free neighbours, at least so many in a row. */
  readonly together: number;
};

export type Tile = {
  readonly canvas: OffscreenCanvas;
  /** Pixels of the tile a metre. */
  readonly scale: number;
  readonly left: number;
  readonly top: number;
};

export type TileColours = { readonly isDark: boolean; readonly taken: string };

/** Around the outermost seats, in metres. */
const EDGE = 0.6;
const RADIUS = 0.2;

export function paintTile(
  plan: SeatPlan,
  stock: SeatStock,
  section: PlanSection,
  scale: number,
  filter: SeatFilter,
  colours: TileColours,
): Tile {
  const { box } = section;
  const [left, top] = [box.left - EDGE, box.top - EDGE];
  const width = Math.max(1, Math.ceil((box.right - left + EDGE) * scale));
  const height = Math.max(1, Math.ceil((box.bottom - top + EDGE) * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) return { canvas, scale, left, top };
  const groups = new Map<number, number[]>();
  for (let seat = section.first; seat < section.end; seat += 1) {
    const key = keyOf(plan, stock, filter, seat);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [seat]);
    else group.push(seat);
  }
  const at = (seat: number) =>
    [
      ((plan.seats.x[seat] ?? 0) - left) * scale,
      ((plan.seats.y[seat] ?? 0) - top) * scale,
    ] as const;
  for (const [key, seats] of groups) {
    context.beginPath();
    if (key === TAKEN) {
      context.strokeStyle = colours.taken;
      context.lineWidth = Math.max(0.75, scale * 0.04);
      for (const seat of seats) cross(context, at(seat), RADIUS * 0.5 * scale);
      context.stroke();
      continue;
    }
    const looks = looksOf(Math.floor(key / 2), colours.isDark);
    context.fillStyle = looks.colour;
    context.globalAlpha = key % 2 === FAINT ? 0.22 : 1;
    const corners = cornersOf(looks.shape);
    for (const seat of seats) addShape(context, corners, at(seat), RADIUS * scale);
    context.fill();
    context.globalAlpha = 1;
  }
  return { canvas, scale, left, top };
}

const TAKEN = -1;
const FAINT = 1;

function keyOf(plan: SeatPlan, stock: SeatStock, filter: SeatFilter, seat: number): number {
  const category = plan.seats.category[seat] ?? -1;
  if (stock.codes[seat] !== SEAT_FREE || category < 0) return TAKEN;
  return category * 2 + (fits(plan, stock, filter, seat) ? 0 : FAINT);
}

export function fits(plan: SeatPlan, stock: SeatStock, filter: SeatFilter, seat: number): boolean {
  const { category, flags } = plan.seats;
  if (filter.categories !== null && !filter.categories.has(category[seat] ?? -1)) return false;
  if (filter.flags !== 0 && ((flags[seat] ?? 0) & filter.flags) === 0) return false;
  return filter.together < 2 || neighbours(plan, stock, seat) >= filter.together;
}

/** Free seats side by side of which this is one. */
function neighbours(plan: SeatPlan, stock: SeatStock, seat: number): number {
  const { section, row, aisleAfter } = plan.seats;
  const isFree = (other: number) =>
    stock.codes[other] === SEAT_FREE &&
    section[other] === section[seat] &&
    row[other] === row[seat];
  let [first, last] = [seat, seat];
  while (isFree(first - 1) && aisleAfter[first - 1] !== 1) first -= 1;
  while (aisleAfter[last] !== 1 && isFree(last + 1)) last += 1;
  return last - first + 1;
}

function cross(
  context: OffscreenCanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  r: number,
): void {
  context.moveTo(x - r, y);
  context.lineTo(x + r, y);
}

export function addShape(
  context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D,
  corners: ReturnType<typeof cornersOf>,
  [x, y]: readonly [number, number],
  r: number,
): void {
  if (corners === null) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, Math.PI * 2);
    return;
  }
  for (const [index, [dx, dy]] of corners.entries()) {
    if (index === 0) context.moveTo(x + dx * r, y + dy * r);
    else context.lineTo(x + dx * r, y + dy * r);
  }
  context.closePath();
}
