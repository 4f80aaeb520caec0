// Sections shifted and turned in the plane, and a layout as a draft again: so that people place by eye what a
// manifest did not place, and import the result as the next layout.
import type { GroundLayout, LayoutSection } from './ground-layout.ts';
import type { DraftRow, DraftSection, LayoutDraft } from './layout-draft.ts';

export type Move = {
  /** Metres to the east and to the south. */
  readonly east: number;
  readonly south: number;
  /** Degrees clockwise, about the middle of the section's outline. */
  readonly turn: number;
};

export function movedSection<T extends LayoutSection>(section: T, move: Move): T {
  const [midX, midY] = middleOf(section.polygon);
  const angle = (move.turn * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const place = (x: number, y: number): [x: number, y: number] => [
    centimetres(midX + (x - midX) * cos - (y - midY) * sin + move.east),
    centimetres(midY + (x - midX) * sin + (y - midY) * cos + move.south),
  ];
  const polygon: number[] = [];
  for (let at = 0; at < section.polygon.length; at += 2) {
    polygon.push(...place(section.polygon[at] ?? 0, section.polygon[at + 1] ?? 0));
  }
  if (section.kind === 'standing') return { ...section, polygon };
  const rows = section.rows.map((row) => ({
    ...row,
    seats: row.seats.map((seat) => {
      const [x, y] = place(seat.x, seat.y);
      return { ...seat, x, y };
    }),
  }));
  return { ...section, polygon, rows };
}

function middleOf(polygon: readonly number[]): [x: number, y: number] {
  let [x, y] = [0, 0];
  for (let at = 0; at < polygon.length; at += 2) {
    x += polygon[at] ?? 0;
    y += polygon[at + 1] ?? 0;
  }
  const corners = polygon.length / 2;
  return [x / corners, y / corners];
}

function centimetres(metres: number): number {
  return Math.round(metres * 100) / 100;
}

/** What would be imported to make this layout. */
export function draftOfLayout({ ground, pitch, stands, sections }: GroundLayout): LayoutDraft {
  let next = 0;
  const drafts = sections.map((section): DraftSection => {
    const { id, stand, zone, polygon } = section;
    if (section.kind === 'standing') {
      const { capacity, flags } = section;
      return { id, stand, zone, polygon, capacity, flags };
    }
    const rows = section.rows.map((row): DraftRow => {
      const first = next;
      next += row.seats.length;
      const seats = row.seats.map(({ companionOf, ...seat }) =>
        companionOf === undefined
          ? seat
          : { ...seat, companionOf: row.seats[companionOf - first]?.id },
      );
      return { id: row.id, seats };
    });
    return { id, stand, zone, polygon, rows };
  });
  return { ground, pitch, stands, sections: drafts };
}
