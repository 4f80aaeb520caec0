import {
  type DeviceAct,
  type DeviceRole,
  deviceMay,
  type EnrolmentEnd,
} from '#domain/access/device-roles.ts';
import { may, type Permission, type Role } from '#domain/access/roles.ts';

/** Who is calling, once their token is known. */
export type Operator = {
  readonly kind: 'operator';
  readonly id: string;
  readonly role: Role;
  /** Pseudonymous id of the person, as in the audit. */
  readonly person: string;
};

export type Device = {
  readonly kind: 'device';
  readonly id: string;
  readonly eventNumber: number;
  readonly eventId: string;
  readonly gate: string;
  readonly lane: string | null;
  readonly role: DeviceRole;
  /** For training: nothing that it does is counted. */
  readonly isPractice: boolean;
  /** Pseudonymous id of whoever is signed on at it. */
  readonly operator: string | null;
  /** Why its enrolment is over; null while it is good. */
  readonly ended: EnrolmentEnd | null;
};

/** A device of which no more is known than where it stands. */
export function deviceAt(
  place: Pick<Device, 'id' | 'eventNumber' | 'eventId' | 'gate' | 'lane'>,
): Device {
  const none = { isPractice: false, operator: null, ended: null };
  return { kind: 'device', ...place, role: 'lane', ...none };
}

export type Principal = Operator | Device;

/** `public`, enrolled devices, operators with a permission, or devices and such operators. */
export type Rule =
  | { readonly allow: 'public' }
  | {
      readonly allow: 'device';
      readonly act?: DeviceAct;
      /** Also when its enrolment has ended. */
      readonly afterwards?: true;
    }
  /** `orDevice`: any, or those whose role may do this. */
  | { readonly allow: Permission; readonly orDevice?: true | DeviceAct };

export function isAllowed(principal: Principal, rule: Rule): boolean {
  if (rule.allow === 'public') return true;
  if (principal.kind === 'operator') {
    return rule.allow !== 'device' && may(principal.role, rule.allow);
  }
  if (rule.allow === 'device') return rule.act === undefined || deviceMay(principal.role, rule.act);
  if (typeof rule.orDevice === 'string') return deviceMay(principal.role, rule.orDevice);
  return rule.orDevice === true;
}
