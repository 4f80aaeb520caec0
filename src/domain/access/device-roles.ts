// What an enrolled device may do, by the role that its offer gave it. A device never has a permission of
// `roles.ts`: what it may is this table, at its own event, until it expires.

/** `lane`: a headless lane with a token · `steward` and `volunteer`: a phone with a key of its own. */
export const DEVICE_ROLES = ['lane', 'steward', 'volunteer'] as const;
export type DeviceRole = (typeof DEVICE_ROLES)[number];

/** What can be offered to a phone. */
export const PHONE_ROLES = ['steward', 'volunteer'] as const satisfies readonly DeviceRole[];
export type PhoneRole = (typeof PHONE_ROLES)[number];

/** Beyond scanning, reading its list and saying how it is, which every device may. */
export const DEVICE_ACTS = [
  /** Types in the short identifier of a ticket whose code cannot be read. */
  'manual',
  /** Looks tickets up by seat, order or the end of a phone number. */
  'find',
  /** Sees the name of a holder whom it was told to check. */
  'holder',
  /** Says who stands at it, hands itself over, calls control, takes messages, asks for an undo. */
  'stand',
] as const;
export type DeviceAct = (typeof DEVICE_ACTS)[number];

const MAY: Readonly<Record<DeviceRole, ReadonlySet<DeviceAct>>> = {
  lane: new Set(['stand']),
  steward: new Set(DEVICE_ACTS),
  volunteer: new Set(['manual', 'holder', 'stand']),
};

export function deviceMay(role: DeviceRole, act: DeviceAct): boolean {
  return MAY[role].has(act);
}

/** Why an enrolment has ended. The device decides nothing more, sends its journal and wipes itself. */
export const ENDS = ['revoked', 'replaced', 'expired'] as const;
export type EnrolmentEnd = (typeof ENDS)[number];
