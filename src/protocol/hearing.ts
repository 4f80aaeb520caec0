import { z } from 'zod';

/** To a box: something has changed that it had better hear of now. */
export const hearRequest = z.strictObject({ event: z.int().min(1).nullable() });
export const heardAnswer = z.object({ isHeard: z.boolean() });
