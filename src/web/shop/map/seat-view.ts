// Where a seat is when one sits in it: how far from the pitch, and from which side one looks at it.
import type { SeatPlan } from './seat-plan.ts';

export type SeatView = {
  /** Whole metres to the nearest line of the pitch. */
  readonly metres: number;
  readonly from: 'side' | 'end' | 'corner';
};

export function seatView({ layout: { pitch }, seats }: SeatPlan, seat: number): SeatView {
  const besideX = Math.abs(seats.x[seat] ?? 0) - pitch.width / 2;
  const besideY = Math.abs(seats.y[seat] ?? 0) - pitch.length / 2;
  const metres = Math.round(Math.hypot(Math.max(0, besideX), Math.max(0, besideY)));
  if (besideY <= 0) return { metres, from: 'side' };
  return { metres, from: besideX <= 0 ? 'end' : 'corner' };
}
