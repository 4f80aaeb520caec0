// A layout as buyers load it, with the categories of the sale: made once a version, a few hundred kilobytes.

import type { LayoutRow } from '#domain/seating/ground-layout.ts';
import { flagBits, type SeatTable } from '#domain/seating/seat-table.ts';
import type { ShopLayout } from '#protocol/shop.ts';
import type { ShopRow, ShopSection } from '#protocol/shop-layout.ts';
import { NO_CATEGORY, type OpenSale } from './open-sale.ts';

const CENTIMETRES = 100;

export function shopLayoutOf(sale: OpenSale): ShopLayout {
  const { layout, table, list, areas } = sale;
  let rows = 0;
  const sections = layout.sections.map((section): ShopSection => {
    const { id, stand, zone } = section;
    const area = { id, stand, zone, polygon: section.polygon.map(centimetres) };
    if (section.kind === 'standing') {
      const category = areas.get(id)?.category ?? NO_CATEGORY;
      const flags = flagBits(section.flags);
      return { ...area, kind: 'standing', capacity: section.capacity, flags, category };
    }
    const first = rows;
    rows += section.rows.length;
    const packed = section.rows.map((row, index) => packRow(sale, row, table.rows[first + index]));
    return { ...area, kind: 'seats', rows: packed };
  });
  return {
    ground: layout.ground,
    version: layout.version,
    pitch: layout.pitch,
    stands: layout.stands.map((stand) => ({ ...stand })),
    categories: list.categories.map(({ id }) => id),
    sections,
  };
}

function packRow(
  sale: OpenSale,
  row: LayoutRow,
  at: SeatTable['rows'][number] | undefined,
): ShopRow {
  const first = at?.first ?? 0;
  const { seats } = row;
  const xs = seats.map(({ x }) => centimetres(x));
  const ys = seats.map(({ y }) => centimetres(y));
  const categories = seats.map((_, index) => sale.categoryOfSeat[first + index] ?? NO_CATEGORY);
  const category = categories[0] ?? NO_CATEGORY;
  const places = <T>(values: readonly T[], without: T) =>
    values.flatMap((value, index) => (value === without ? [] : [index, value]));
  return {
    id: row.id,
    n: seats.length,
    ...printed(seats.map(({ id }) => id)),
    x: xs[0] ?? 0,
    y: ys[0] ?? 0,
    ...stepsOf(xs, ys),
    category,
    ...some('otherCategories', places(categories, category)),
    ...some(
      'aisles',
      seats.flatMap(({ aisleAfter }, index) => (aisleAfter ? [index] : [])),
    ),
    ...some(
      'flags',
      places(
        seats.map(({ flags }) => flagBits(flags)),
        0,
      ),
    ),
    ...some(
      'companions',
      places(
        seats.map(({ companionOf }) => companionOf ?? -1),
        -1,
      ),
    ),
  };
}

function printed(ids: readonly string[]): Partial<ShopRow> {
  const from = Number(ids[0] ?? '1');
  const isCounted = ids.every((id, index) => id === String(from + index));
  return isCounted ? { from } : { ids: [...ids] };
}

/** Within a centimetre seats stand evenly enough for a map. */
function stepsOf(xs: readonly number[], ys: readonly number[]): Partial<ShopRow> {
  const steps = xs
    .slice(1)
    .flatMap((x, index) => [x - (xs[index] ?? 0), (ys[index + 1] ?? 0) - (ys[index] ?? 0)]);
  const [dx = 0, dy = 0] = steps;
  const isEven = steps.every((step, index) => step === (index % 2 === 0 ? dx : dy));
  return isEven ? { dx, dy } : { steps };
}

function some<K extends string>(key: K, list: readonly number[]): { [key in K]?: number[] } {
  return (list.length === 0 ? {} : { [key]: [...list] }) as { [key in K]?: number[] };
}

function centimetres(metres: number): number {
  return Math.round(metres * CENTIMETRES);
}
