// Which of the tickets that a desk has a buyer gets: next to one another if there are so many, from the front.

type Seat = {
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
};

const order = new Intl.Collator('en', { numeric: true });

/** @returns null: there are not so many */
export function pickConsigned<T extends Seat>(tickets: readonly T[], count: number): T[] | null {
  if (count < 1 || tickets.length < count) return null;
  const sorted = tickets.toSorted(bySeat);
  for (let from = 0; from + count <= sorted.length; from++) {
    const run = sorted.slice(from, from + count);
    if (run.every((ticket, at) => at === 0 || isNext(run[at - 1], ticket))) return run;
  }
  return sorted.slice(0, count);
}

function bySeat(one: Seat, other: Seat): number {
  return (
    order.compare(one.section ?? '', other.section ?? '') ||
    order.compare(one.row ?? '', other.row ?? '') ||
    order.compare(one.seat ?? '', other.seat ?? '')
  );
}

function isNext(one: Seat | undefined, other: Seat): boolean {
  if (one === undefined || one.section !== other.section || one.row !== other.row) return false;
  // Standing places have no numbers: any two are beside one another.
  if (one.seat === null || other.seat === null) return one.seat === other.seat;
  return Number(other.seat) - Number(one.seat) === 1;
}
