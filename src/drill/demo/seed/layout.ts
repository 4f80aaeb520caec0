// The demonstration's ground as a layout that can be sold: the sections of `ground.ts`, seat by seat.
import { type EvenSection, evenSection } from '#domain/seating/even-ground.ts';
import { PITCH } from '#domain/seating/ground-layout.ts';
import type { LayoutDraft } from '#domain/seating/layout-draft.ts';
import type { SeedGround, SeedSection } from './ground.ts';
import { isLowerTier, WHEELCHAIR_PLACES } from './tickets.ts';
import { AWAY_SECTION } from './visits.ts';

export const GROUND_ID = 'tidewatch';

/** 40,000 seats; to be made into a layout, or sent to a server as it is. */
export function seedLayout(ground: SeedGround): LayoutDraft {
  const sections = ground.sections.map((section) => evenSection(asEven(section)));
  return { ground: GROUND_ID, pitch: PITCH, stands: ground.stands, sections };
}

function asEven(section: SeedSection): EvenSection {
  const { id, stand, rows, seatsPerRow } = section;
  const size = { id, stand, zone: stand, rows, seatsPerRow };
  const isAway: Pick<EvenSection, 'flags'> = AWAY_SECTION.test(id) ? { flags: ['away'] } : {};
  if (!isLowerTier(section)) return { ...size, tier: 2, ...isAway };
  const accessible = { wheelchairPairs: WHEELCHAIR_PLACES, stepFreeRows: 2 };
  return { ...size, tier: 1, ...accessible, ...isAway };
}
