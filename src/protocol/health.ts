// `GET /healthz`: whether a process runs, and who it is. No token, no secrets.
import { z } from 'zod';

export const health = z.object({
  status: z.string(),
  role: z
    .string()
    .optional()
    .describe('`edge`: a box in the ground; anything else, or nothing: the hub'),
  store: z
    .string()
    .optional()
    .describe('names the hub whose tickets these are: the same on all its nodes, for ever'),
  staging: z
    .boolean()
    .optional()
    .describe('not the system that opens the gates: drills may be run against it'),
});
