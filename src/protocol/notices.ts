// What control tells lanes, and what lanes call for.
import { z } from 'zod';
import { id, time, timeOut, words } from './primitives.ts';

export const URGENCIES = ['info', 'important', 'urgent'] as const;
export const CALL_KINDS = ['crush', 'medical', 'threat', 'kit', 'help'] as const;
export const CALL_STATES = ['open', 'acknowledged', 'closed'] as const;

export const messageScope = z
  .string()
  .max(200)
  .regex(
    /^(all|gate\/[^/]+|lane\/[^/]+\/[^/]+|device\/[^/]+)$/,
    'write all, gate/N1, lane/N1/N1-2 or device/dev-…',
  );

export const messageRequest = z.strictObject({
  to: messageScope,
  text: words(300).min(1),
  urgency: z.enum(URGENCIES).optional(),
  until: time.optional().describe('not shown any more from then on'),
});
export const messageSent = z.object({
  id: z.string(),
  waiting: z.int().describe('devices it is for now'),
});

/** SSE event `message`, to the devices it is for; they acknowledge it. */
export const message = z.object({
  id: z.string(),
  text: z.string(),
  urgency: z.enum(URGENCIES),
  at: timeOut,
  until: timeOut.nullable(),
});
export type Message = z.infer<typeof message>;
export const ownMessages = z.object({ messages: z.array(message) });

export const acknowledgement = z.strictObject({ at: time });

const placed = { deviceId: z.string(), gate: z.string(), lane: z.string().nullable() };
export const messageList = z.object({
  messages: z.array(
    message.extend({
      to: z.string(),
      sentBy: z.string(),
      withdrawnAt: timeOut.nullable(),
      acknowledged: z.array(z.object({ ...placed, operator: z.string().nullable(), at: timeOut })),
      waiting: z.array(z.object(placed)),
    }),
  ),
});

export const callRequest = z.strictObject({
  callId: id.describe('chosen by the device; a repeat is the same call'),
  kind: z.enum(CALL_KINDS),
  note: words(200).optional(),
  at: time.describe('by the device’s corrected clock: it may come later than it was called'),
});
/** SSE event `call`, to the device that called and to consoles. */
export const callState = z.object({
  callId: z.string(),
  deviceId: z.string(),
  kind: z.enum(CALL_KINDS),
  state: z.enum(CALL_STATES),
});

export const callList = z.object({
  calls: z.array(
    callState.extend({
      id: z.string().describe('names it in addresses'),
      gate: z.string(),
      lane: z.string().nullable(),
      operator: z.string().nullable(),
      note: z.string().nullable(),
      calledAt: timeOut,
      receivedAt: timeOut,
      acknowledgedAt: timeOut.nullable(),
      acknowledgedBy: z.string().nullable(),
      closedAt: timeOut.nullable(),
      closedBy: z.string().nullable(),
      outcome: z.string().nullable(),
    }),
  ),
});
export const closeRequest = z.strictObject({ outcome: words(200).min(1) });
