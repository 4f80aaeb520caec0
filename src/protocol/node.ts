// `GET /api/v1/node`: what a node says of itself to whoever looks after it.
import { z } from 'zod';
import { timeOut } from './primitives.ts';

export const nodeView = z.object({
  node: z.string().describe('`hub`, or the name of a box'),
  role: z.string(),
  version: z.string(),
  time: timeOut.describe('of its clock, when it answered'),
  startedAt: timeOut,
  migrations: z
    .object({ applied: z.array(z.string()), known: z.array(z.string()) })
    .describe('of its database, and of its program'),
  store: z.object({ state: z.string(), why: z.string().nullable(), epoch: z.string() }),
  isDiskFull: z.boolean(),
  lastBackupAt: timeOut.nullable().describe('when one was last asked for'),
  openEvents: z.array(z.string()),
});
export type NodeView = z.infer<typeof nodeView>;
