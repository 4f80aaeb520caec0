import { z } from 'zod';

/** `GET /device/addresses`: where a phone finds whoever may decide. */
export const nodeAddresses = z.object({ addresses: z.array(z.string()) });
