// The role table in the form that a screen asks questions of: “may I block a ticket?”. The routes ask
// `may`; both read the same table, so what is offered is what will be allowed.
import { may, PERMISSIONS, type Role } from './roles.ts';

/** A rule as CASL reads it: the permission `tickets.block` is to `block` `tickets`. */
export type AbilityRule = { readonly action: string; readonly subject: string };

export function abilityRulesOf(role: Role): AbilityRule[] {
  return PERMISSIONS.filter((permission) => may(role, permission)).map((permission) => {
    const [subject = '', action = ''] = permission.split('.');
    return { action, subject };
  });
}
