// A derby on sale: two stands of seats and a terrace, one category, open since an hour.

import type { Instant } from '#domain/kernel/instant.ts';
import { type EvenTier, evenGround, evenSection } from '#domain/seating/even-ground.ts';
import type { GroundLayout } from '#domain/seating/ground-layout.ts';
import { makeLayout } from '#domain/seating/make-layout.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { SaleFileWritten } from '#protocol/sales.ts';
import { saleFile } from '#protocol/sales.ts';
import { insertLayout, lockGround } from '#server/grounds/layout-store.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { insertOffer, offerVersion } from '#server/sales/offer-store.ts';
import { derbyFile } from '#testing/derby.ts';
import type { HubNode } from '#testing/hub-node.ts';
import { saleFileWritten } from '#testing/sale.ts';

export const STANDING_PLACES = 40;

/** N103 and N104 of so many rows of so many seats each, and S101, where people stand. */
export function saleLayout(rows: number, seatsPerRow: number): GroundLayout {
  const size = { rows, seatsPerRow };
  const made = makeLayout(
    {
      ground: 'riverside',
      sections: [
        evenSection({ id: 'N103', stand: 'north', ...size }),
        evenSection({ id: 'N104', stand: 'north', ...size }),
        { id: 'S101', stand: 'south', capacity: STANDING_PLACES },
      ],
    },
    1,
  );
  if (made.kind === 'refused') throw new Error(JSON.stringify(made.refusals.slice(0, 3)));
  return made.layout;
}

const LARGE_TIERS: readonly EvenTier[] = [
  { sections: 12, rows: 25, seatsPerRow: 24, wheelchairPairs: 2, stepFreeRows: 1 },
  { sections: 12, rows: 30, seatsPerRow: 24 },
];
/** Of {@link LARGE_TIERS} in four stands. */
export const LARGE_SEATS = 4 * 12 * (25 + 30) * 24;

/** A stadium: four stands, two tiers, 63,360 seats. */
export function largeLayout(): GroundLayout {
  const made = makeLayout(evenGround('stadium', LARGE_TIERS), 1);
  if (made.kind === 'refused') throw new Error(JSON.stringify(made.refusals.slice(0, 3)));
  return made.layout;
}

/** Its seats as a manifest says them, so that it can be imported over HTTP. */
export function manifestOf({ sections }: GroundLayout): string {
  const rows = sections.flatMap((section) =>
    section.kind === 'standing'
      ? []
      : section.rows.flatMap(({ id: row, seats }) =>
          seats.map(({ id }) => `${section.stand},${section.id},${row},${id}`),
        ),
  );
  return ['stand,section,row,seat', ...rows, ''].join('\n');
}

/** The derby, played in whatever ground this layout is of. */
export function eventIn(layout: GroundLayout, id: string): EventFile {
  const file = derbyFile({ id, isNow: true });
  const sections = layout.sections.map(({ id: section, stand }) => {
    return { id: section, stand, zone: 'north', gates: ['N1'] } as never;
  });
  const stands = layout.stands.map(({ id: stand }) => ({ id: stand }) as never);
  return { ...file, sections, stands };
}

export function areasOf({ sections }: GroundLayout): SaleFileWritten['areas'] {
  return sections.map(({ id: section }) => ({ category: 'b', section }));
}

export function saleOf(changes: Partial<SaleFileWritten> = {}): SaleFileWritten {
  return {
    ...saleFileWritten(),
    areas: ['N103', 'N104', 'S101'].map((section) => ({ category: 'b', section })),
    quotas: [],
    ...changes,
  };
}

/** @returns the number of the event, which is open as well as on sale */
export async function putOnSale(
  node: HubNode,
  layout: GroundLayout,
  changes: Partial<SaleFileWritten> = {},
  id = 'derby',
): Promise<number> {
  const event = await node.importEvent(eventIn(layout, id));
  await node.setStatus(event, 'open');
  await inTransaction(node.context.pool, async (client) => {
    const at = Date.now() as Instant;
    if ((await lockGround(client, layout.ground)) < layout.version) {
      await insertLayout(client, layout, { person: 'p-test', at });
    }
  });
  const { ground, version } = layout;
  const of = { layout: { ground, version }, areas: areasOf(layout) };
  await publish(node, event, { ...of, ...changes });
  return event;
}

export async function publish(
  node: HubNode,
  event: number,
  changes: Partial<SaleFileWritten>,
): Promise<void> {
  const file = saleFile.parse(saleOf(changes));
  await inTransaction(node.context.pool, async (client) => {
    const version = (await offerVersion(client, event)) + 1;
    const offer = { version, file, reason: 'test', by: 'p-test', at: Date.now() as Instant };
    await insertOffer(client, event, offer);
  });
}
