// The ways to divide a group into parts, most even first.

/** More ways than this are not looked at one by one: then only the most even ones are. */
const WAYS_MAX = 64;

export type GroupSizes = {
  readonly sizes: readonly number[];
  /** How many more the largest part has than the smallest. */
  readonly unevenness: number;
};

/** In order of parts; each of at least `smallest`. */
export function groupSizes(people: number, parts: number, smallest: number): GroupSizes[] {
  const spare = people - parts * smallest;
  if (spare < 0) return [];
  const ways =
    waysToDivide(spare, parts) <= WAYS_MAX
      ? [...divisions(spare, parts)].map((extra) => extra.map((each) => each + smallest))
      : evenDivisions(people, parts);
  return ways
    .map((sizes) => ({ sizes, unevenness: Math.max(...sizes) - Math.min(...sizes) }))
    .sort((a, b) => a.unevenness - b.unevenness);
}

/** `spare` over `parts`, none left out: the binomial of spare + parts − 1 over parts − 1. */
function waysToDivide(spare: number, parts: number): number {
  let ways = 1;
  for (let index = 1; index < parts; index += 1) ways = (ways * (spare + index)) / index;
  return ways;
}

function* divisions(spare: number, parts: number): Generator<number[]> {
  if (parts === 1) {
    yield [spare];
    return;
  }
  for (let first = 0; first <= spare; first += 1) {
    for (const rest of divisions(spare - first, parts - 1)) yield [first, ...rest];
  }
}

/** All parts alike but for one; whichever rows have the larger ones. */
function evenDivisions(people: number, parts: number): number[][] {
  const base = Math.floor(people / parts);
  const larger = people % parts;
  const shifts = larger === 0 ? 1 : parts;
  return Array.from({ length: shifts }, (_, shift) =>
    Array.from({ length: parts }, (_, index) =>
      (index + shift) % parts < larger ? base + 1 : base,
    ),
  );
}
