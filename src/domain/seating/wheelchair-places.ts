// Places for wheelchairs, side by side where there are, each with as many companions' seats beside it as
// people come along.
import type { SeatView } from './seat-view.ts';

export type ChairPlace = { readonly seat: number; readonly companions: readonly number[] };

/** A companion who cannot sit beside is worse than any distance; a seat that stays empty beside is a pity. */
const SHORT_METRES = 1_000;
const SURPLUS_METRES = 5;

/** Those that are free and of the kind that was asked for. */
export function freeChairPlaces(view: SeatView, isCompanion: Int32Array): ChairPlace[] {
  const { seats, allowed } = view;
  const { table, free } = seats;
  const companions = new Map<number, number[]>();
  for (let seat = 0; seat < isCompanion.length; seat += 1) {
    const chair = isCompanion[seat] as number;
    if (chair === -1 || free[seat] !== 1) continue;
    companions.set(chair, [...(companions.get(chair) ?? []), seat]);
  }
  return table.wheelchairs
    .filter((seat) => free[seat] === 1 && allowed[seat] === 1)
    .map((seat) => ({ seat, companions: companions.get(seat) ?? [] }));
}

/** @param others - who come along on foot. @returns null when there are fewer places than wheelchairs */
export function chooseChairPlaces(
  view: SeatView,
  places: readonly ChairPlace[],
  wheelchairs: number,
  others: number,
): ChairPlace[] | null {
  if (places.length < wheelchairs) return null;
  const { rowOf } = view.seats.table;
  let best: ChairPlace[] | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let first = 0; first + wheelchairs <= places.length; first += 1) {
    const window = places.slice(first, first + wheelchairs);
    const last = window[window.length - 1];
    if (rowOf[window[0]?.seat ?? 0] !== rowOf[last?.seat ?? 0]) continue;
    const cost = costOf(view, window, others);
    if (cost < bestCost) [best, bestCost] = [window, cost];
  }
  return best ?? nearestOnes(view, places, wheelchairs);
}

function costOf(view: SeatView, window: readonly ChairPlace[], others: number): number {
  const beside = window.reduce((sum, { companions }) => sum + companions.length, 0);
  const metres = window.reduce((sum, { seat }) => sum + (view.cost[seat] as number), 0);
  const short = Math.max(0, others - beside) * SHORT_METRES;
  return short + Math.max(0, beside - others) * SURPLUS_METRES + metres / window.length;
}

/** No row has so many: those that lie nearest to the best one. */
function nearestOnes(
  view: SeatView,
  places: readonly ChairPlace[],
  wheelchairs: number,
): ChairPlace[] {
  const { x, y } = view.seats.table;
  const best = places.reduce((least, place) =>
    (view.cost[place.seat] as number) < (view.cost[least.seat] as number) ? place : least,
  );
  const metres = ({ seat }: ChairPlace) =>
    Math.hypot(
      (x[seat] as number) - (x[best.seat] as number),
      (y[seat] as number) - (y[best.seat] as number),
    );
  return [...places].sort((a, b) => metres(a) - metres(b)).slice(0, wheelchairs);
}
