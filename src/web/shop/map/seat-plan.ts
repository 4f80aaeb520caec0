// The layout of a sale as the map, the list and the cart read it: columns by seat, areas with their outlines.
import type { ShopLayout } from '#protocol/shop.ts';
import { type SeatColumns, type ShopSection, unpackLayout } from '#protocol/shop-layout.ts';
import type { Box } from './camera.ts';

const CENTIMETRES = 100;
/** Room round the outermost seats, in metres. */
const ROOM = 2;

export type PlanSection = {
  readonly index: number;
  readonly source: ShopSection;
  /** Metres: x, y, x, y, … */
  readonly outline: Float32Array;
  readonly box: Box;
  readonly first: number;
  readonly end: number;
  /** Categories that it has, by their places in the list. */
  readonly categories: readonly number[];
};

export type SeatPlan = {
  readonly layout: ShopLayout;
  readonly seats: SeatColumns;
  readonly sections: readonly PlanSection[];
  readonly box: Box;
};

export function seatPlanOf(layout: ShopLayout): SeatPlan {
  const seats = unpackLayout(layout.sections);
  const sections = layout.sections.map((source, index): PlanSection => {
    const first = seats.firstOfSection[index] ?? 0;
    const end = seats.firstOfSection[index + 1] ?? first;
    const outline = Float32Array.from(source.polygon, (length) => length / CENTIMETRES);
    const categories =
      source.kind === 'standing'
        ? [source.category]
        : [...new Set(seats.category.slice(first, end))];
    return {
      index,
      source,
      outline,
      box: boxOf(outline),
      first,
      end,
      categories: categories.filter((category) => category >= 0),
    };
  });
  const boxes = sections.map(({ box }) => box);
  const pitch = { x: layout.pitch.width / 2, y: layout.pitch.length / 2 };
  return {
    layout,
    seats,
    sections,
    box: {
      left: Math.min(-pitch.x, ...boxes.map(({ left }) => left)) - ROOM,
      top: Math.min(-pitch.y, ...boxes.map(({ top }) => top)) - ROOM,
      right: Math.max(pitch.x, ...boxes.map(({ right }) => right)) + ROOM,
      bottom: Math.max(pitch.y, ...boxes.map(({ bottom }) => bottom)) + ROOM,
    },
  };
}

export type SeatNames = { readonly section: string; readonly row: string; readonly seat: string };

export function seatNames(plan: SeatPlan, seat: number): SeatNames {
  const section = plan.sections[plan.seats.section[seat] ?? -1];
  const rows = section?.source.kind === 'seats' ? section.source.rows : [];
  return {
    section: section?.source.id ?? '',
    row: rows[plan.seats.row[seat] ?? -1]?.id ?? '',
    seat: plan.seats.names[seat] ?? '',
  };
}

/** The seat nearest to a point within a distance, both in metres; null: none is so near. */
export function seatNear(plan: SeatPlan, x: number, y: number, within: number): number | null {
  let [best, nearest] = [-1, within * within];
  for (const { box, first, end } of plan.sections) {
    if (x < box.left - within || x > box.right + within) continue;
    if (y < box.top - within || y > box.bottom + within) continue;
    for (let seat = first; seat < end; seat += 1) {
      const dx = (plan.seats.x[seat] ?? 0) - x;
      const dy = (plan.seats.y[seat] ?? 0) - y;
      const away = dx * dx + dy * dy;
      if (away < nearest) [best, nearest] = [seat, away];
    }
  }
  return best < 0 ? null : best;
}

/** The section at a point, or the nearest one within a distance: from afar they are thinner than a thumb. Metres. */
export function sectionAt(
  plan: SeatPlan,
  x: number,
  y: number,
  within: number,
): PlanSection | null {
  const under = plan.sections.find((section) => sectionHas(section, x, y));
  if (under !== undefined) return under;
  let [best, nearest]: [PlanSection | null, number] = [null, within];
  for (const section of plan.sections) {
    const { left, top, right, bottom } = section.box;
    const away = Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
    if (away < nearest) [best, nearest] = [section, away];
  }
  return best;
}

/** Whether a point is inside, in metres: by how often a ray from it crosses the outline. */
export function sectionHas({ box, outline }: PlanSection, x: number, y: number): boolean {
  if (x < box.left || x > box.right || y < box.top || y > box.bottom) return false;
  let isInside = false;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const [xi = 0, yi = 0] = [outline[i], outline[i + 1]];
    const [xj = 0, yj = 0] = [outline[j], outline[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) isInside = !isInside;
  }
  return isInside;
}

function boxOf(outline: Float32Array): Box {
  const xs = outline.filter((_, index) => index % 2 === 0);
  const ys = outline.filter((_, index) => index % 2 === 1);
  return {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
  };
}
