// Every error on the wire: RFC 9457 problem+json with a stable `code`, the fields at fault and the mend.
import { z } from 'zod';

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('stable, for programs'),
  detail: z.string().optional(),
  mend: z.string().optional().describe('what to do about it'),
  errors: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .optional()
    .describe('each field at fault, as a path into the request'),
  serverTime: z.iso.datetime().optional().describe('with `proof-time`: sign again by this clock'),
  why: z.string().optional().describe('with `proof-refused` and `device-revoked`: one word'),
  wipe: z
    .literal(true)
    .optional()
    .describe('with `device-revoked`: send the journal, then forget key, list and journal'),
});
export type Problem = z.infer<typeof problem>;
