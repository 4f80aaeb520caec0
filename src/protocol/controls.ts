// Holds, meters, limits, diversions, a moved window: what control sets on the night.
import { z } from 'zod';
import { id, limit, time, timeOut, words } from './primitives.ts';

export const scope = z
  .string()
  .regex(
    /^(ground|(stand|section|gate)\/[\p{L}\p{N}][\p{L}\p{N}._-]{0,63})$/u,
    'write “ground”, “stand/ID”, “section/ID” or “gate/ID”',
  );

const reason = words(200).min(1);

export const holdRequest = z
  .strictObject({
    scope,
    kind: z.enum(['stop', 'meter']),
    perMinute: z.int().min(0).max(100_000).optional(),
    reason,
  })
  .refine((hold) => (hold.kind === 'meter') === (hold.perMinute !== undefined), {
    path: ['perMinute'],
    error: 'give perMinute with a meter, and only with a meter',
  });

export const diversionRequest = z.strictObject({
  sections: z.array(id).min(1),
  gates: z.array(id).min(1),
  until: time,
  reason,
});

export const limitRequest = z.strictObject({
  scope,
  limit: limit.nullable().describe('null lifts the limit'),
  reason,
  secondPerson: z
    .string()
    .optional()
    .describe('token of a second person: a limit is raised or lifted by two'),
});

export const windowRequest = z.strictObject({
  doorsAt: time.nullable(),
  endsAt: time.nullable(),
  reason,
});

const moved = time.nullable().optional();
/** What is left out stays as it is; null: as the event file says. */
export const kickOffRequest = z
  .strictObject({
    startsAt: moved.describe('kick-off, for screens and forecasts'),
    endsAt: moved.describe('until when people may enter'),
    doorsAt: moved.describe('from when people may enter'),
    reason,
  })
  .refine(({ startsAt, endsAt, doorsAt }) => [startsAt, endsAt, doorsAt].some(isSaid), {
    path: ['startsAt'],
    error: 'name at least one of startsAt, endsAt and doorsAt',
  });

function isSaid(value: unknown): boolean {
  return value !== undefined;
}

export const modeRequest = z
  .strictObject({
    gate: id,
    mode: z.enum(['normal', 'visual', 'open']).describe('`normal` takes visual or open back'),
    stopAt: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('people after whom an open gate is held'),
    reason,
  })
  .refine(({ mode, stopAt }) => mode === 'open' || stopAt === undefined, {
    path: ['stopAt'],
    error: 'give stopAt with the mode open only',
  });

export const controlsState = z.object({
  fence: z.int().describe('grows with every act that can change a verdict'),
  /** A release before does not say it. */
  node: z
    .string()
    .optional()
    .describe('whose fence it is: those of the hub and of each box grow by themselves'),
  status: z.string(),
  holds: z.array(
    z.object({
      id: z.string(),
      scope: z.string(),
      kind: z.enum(['stop', 'meter']),
      perMinute: z.int().nullable(),
      reason: z.string(),
    }),
  ),
  diversions: z.array(
    z.object({
      id: z.string(),
      sections: z.array(z.string()),
      gates: z.array(z.string()),
      until: timeOut,
      reason: z.string(),
    }),
  ),
  limits: z.record(z.string(), z.int().nullable()),
  window: z.object({
    doorsAt: timeOut.nullable(),
    endsAt: timeOut.nullable(),
    startsAt: timeOut.nullable().optional().describe('a kick-off that was moved'),
  }),
  modes: z
    .array(
      z.object({
        gate: z.string(),
        mode: z.enum(['visual', 'open']),
        stopAt: z.int().nullable(),
      }),
    )
    .optional()
    .describe('gates without codes'),
  isEvacuating: z
    .boolean()
    .optional()
    .describe('true: whoever leaves is let out, whatever they show'),
});
export type ControlsState = z.infer<typeof controlsState>;

export const createdId = z.object({ id: z.string() });
