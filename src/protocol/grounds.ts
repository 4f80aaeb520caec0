// Grounds and their layouts: what is imported, and what comes back.
import { z } from 'zod';
import { SEAT_FLAGS } from '#domain/seating/ground-layout.ts';
import type { LayoutDraft } from '#domain/seating/layout-draft.ts';
import { id, localized, timeOut, words } from './primitives.ts';

const METRES_MAX = 500;
const metres = z.number().min(-METRES_MAX).max(METRES_MAX);
const printed = words(16).min(1);
const flags = z.array(z.enum(SEAT_FLAGS)).max(SEAT_FLAGS.length);

const seat = z.union([
  printed.transform((printedAs) => ({ id: printedAs })),
  z.strictObject({
    id: printed,
    x: metres.optional(),
    y: metres.optional(),
    flags: flags.optional(),
    companionOf: printed.optional().describe('printed number of the wheelchair place beside it'),
    aisleAfter: z.boolean().optional(),
  }),
]);

const section = z.strictObject({
  id,
  stand: id,
  zone: id.optional(),
  tier: z.int().min(1).max(9).optional(),
  polygon: z.array(metres).min(6).max(400).optional(),
  capacity: z.int().min(1).max(100_000).optional(),
  flags: flags.optional(),
  rows: z
    .array(
      z.strictObject({
        id: printed,
        seats: z.union([
          z.array(seat).min(1).max(2_000),
          z
            .int()
            .min(1)
            .max(2_000)
            .transform((count) =>
              Array.from({ length: count }, (_, at) => ({ id: String(at + 1) })),
            )
            .describe('so many, numbered from 1'),
        ]),
      }),
    )
    .max(500)
    .optional(),
});

/** `POST /grounds/{id}/layouts`, `kaimen ground import FILE.json`. */
export const layoutFile = z.strictObject({
  pitch: z
    .strictObject({ length: z.number().min(20).max(200), width: z.number().min(10).max(200) })
    .optional(),
  stands: z
    .array(z.strictObject({ id, name: localized.optional() }))
    .max(100)
    .optional(),
  sections: z.array(section).min(1).max(2_000),
});
export type LayoutFile = z.output<typeof layoutFile>;

export function draftOfFile(ground: string, file: LayoutFile): LayoutDraft {
  return {
    ground,
    ...file,
    stands: file.stands?.map(({ name, ...rest }) => ({ ...rest, ...named(name) })),
  };
}

function named<T>(name: T | undefined): { name: T } | Record<never, never> {
  return name === undefined ? {} : { name };
}

export const layoutImportQuery = z.strictObject({
  check: z.stringbool().optional().describe('say what would come of it, and keep nothing'),
});

export const layoutReport = z.object({
  ground: z.string(),
  version: z
    .int()
    .describe('of this layout: a new one, or the one before when nothing has changed'),
  created: z.boolean(),
  stands: z.int(),
  sections: z.int(),
  seats: z.int(),
  standing: z.int().describe('people in standing areas'),
  wheelchairs: z.int(),
});
export type LayoutReport = z.infer<typeof layoutReport>;

const layoutVersion = z.object({
  version: z.int(),
  sections: z.int(),
  seats: z.int(),
  standing: z.int(),
  importedBy: z.string(),
  importedAt: timeOut,
});

export const groundList = z.object({
  grounds: z.array(z.object({ id: z.string(), layouts: z.array(layoutVersion) })),
});
export type GroundList = z.infer<typeof groundList>;
