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
};

export type Principal = Operator | Device;

export function isAllowed(
  principal: Principal,
  rule: { readonly allow: 'public' | 'device' | Permission; readonly orDevice?: true },
): boolean {
  if (rule.allow === 'public') return true;
  if (principal.kind === 'device') return rule.allow === 'device' || rule.orDevice === true;
  return rule.allow !== 'device' && may(principal.role, rule.allow);
}
